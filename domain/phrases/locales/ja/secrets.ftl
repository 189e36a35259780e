# 接続先の秘密(パスワード・鍵):弱さ、方針、点検
cli-help-secret = 接続先の秘密(パスワード・鍵)の点検と登録。秘密そのものは、どこにも表示しません
cli-help-secret-list = 一覧(接続先、アカウント、登録した日時、最後に使った日時、見つかった弱さ)
cli-help-secret-check = すべての秘密を今すぐ点検します(推測、漏えい一覧、使い回し)
cli-help-secret-history = いつ、誰が登録したか(秘密そのものは残っていません)
cli-help-secret-history-arg-target = 接続先の番号または名前
cli-help-secret-set = 接続先のパスワードまたは鍵を金庫に入れます(二度と表示しません)
cli-help-secret-set-arg-target = 接続先の番号または名前
cli-help-secret-set-arg-reader = データベースのとき、読むだけのアカウントのパスワードです
cli-help-secret-set-arg-accept = 弱くても登録する理由(機器の制約など)。証跡台帳に残ります
cli-help-secret-set-arg-password-stdin = パスワードを標準入力から読みます(画面には出ません)
cli-help-secret-set-arg-key = 秘密鍵のファイル(OpenSSH 形式、パスフレーズなし)
cli-help-secret-set-arg-generate = ゲートウェイに鍵を作らせ、公開鍵の行を表示します
cli-help-secret-set-arg-certificate = 接続のたびに発行する証明書でサインインします。接続先に登録する行を表示します
cli-help-secret-policy = 秘密の方針を示します。指定したものだけを改めます
cli-help-secret-policy-arg-refused = 登録を断る秘密: weak(推測できるもの・一覧にあるもの)、weak-or-shared(使い回しも)、dangerous-none(断らず警告だけ)
cli-help-secret-policy-arg-oldest-days = 何日で古いとみなすか(1~1825)
cli-help-secret-policy-arg-administrator = この病院で管理者であるアカウントの名前(root などのほかに)

secret-no-target = 秘密が要る接続先は、まだありません。
secret-set-at = 登録 { $at }
secret-used-at = 使用 { $at }
secret-checked = 最後の点検: { $at }
secret-never-checked = すべての秘密の点検は、まだ行われていません。毎日、自動で行われます。
secret-lists = 漏えいしたパスワードの一覧: { $lists }
secret-no-lists = 漏えいしたパスワードの一覧は置かれていません。機器の初期パスワードとだけ照合しています。
secret-same-as = 同じ秘密のアカウント: { $others }
secret-accepted = 弱さを受け入れた理由: { $reason }
secret-oldest = 登録から { $days } 日で、古い秘密とみなします。
secret-administrators = この病院で管理者とするアカウント: { $names }
secret-refused-weak = 推測できる秘密と、漏えい・初期パスワードの一覧にある秘密は、登録を断ります。
secret-refused-weak-or-shared = 推測できる秘密、一覧にある秘密、使い回しの秘密は、登録を断ります。
secret-refused-none = 危険: 弱い秘密も断らず、警告だけを出します。

secret-word-guessable = 推測できる
secret-word-listed = 一覧にある
secret-word-shared = 使い回し
secret-word-old = 古い
secret-word-administrator = 常設の管理者

secret-weak-guessable = 推測できる秘密です。2024年の岡山の事案では、推測できるパスワードで保守用VPNから侵入されました。鍵か、乱数で作った長いパスワードに変えてください。
secret-weak-listed = 漏えいしたパスワード、または機器の初期パスワードの一覧にあります。岡山の事案の P@ssw0rd のように、攻撃者が最初に試すものです。すぐに変えてください。
secret-weak-shared = ほかのアカウントと同じ秘密です。岡山の事案では、すべてのサーバが同じ管理者パスワードだったため、一台から全体に広がりました。アカウントごとに別の秘密にしてください。
secret-weak-old = 方針の日数より前に登録された秘密です。半田の事案では、機器から漏れたパスワードが長く使われ続けていました。新しい秘密に変えてください。
secret-weak-administrator = 何でもできる管理者のアカウントです。半田と岡山の事案では、常に使える管理者の権限で、ウイルス対策が止められました。保守に要る権限だけのアカウントを作り、そちらに変えてください。

reason-secret-guessable = このパスワードは推測できます(病院や機器の名前、よくある言葉、キーの並び、短さなど)。鍵か、乱数で作った長いパスワードにしてください。機器の制約でどうしても変えられないときは、理由を付けて登録できます。理由は証跡台帳に残ります。
reason-secret-listed = このパスワードは、漏えいしたもの、または機器の初期パスワードの一覧にあります。攻撃者が最初に試すものです。別のパスワードにしてください。どうしても変えられないときは、理由を付けて登録できます。理由は証跡台帳に残ります。
reason-secret-shared = ほかのアカウントと同じ秘密です。この病院の方針では登録できません。アカウントごとに別の秘密にするか、理由を付けて登録してください。

entry-secrets-checked = 接続先の秘密の点検
entry-secret-policy-set = 接続先の秘密の方針の変更

finding-secret-guessable = 推測できるパスワードが登録されています({ $detail })。鍵か、乱数で作った長いパスワードに変えてください。
finding-secret-listed = 漏えい、または機器の初期パスワードの一覧にあるパスワードが登録されています({ $detail })。すぐに変えてください。
finding-secret-shared = 同じ秘密が複数のアカウントで使われています({ $detail })。アカウントごとに別の秘密に変えてください。
finding-secret-old = 方針の日数より前に登録された秘密があります({ $detail })。新しい秘密に変えてください。
finding-secret-administrator = 何でもできる管理者のアカウントで接続先に入っています({ $detail })。保守に要る権限だけのアカウントに変えてください。
finding-password-list = 漏えいしたパスワードの一覧を使えません({ $detail })。一覧を置き直してください。ほかの一覧との照合は続けています。

console-secrets-title = 接続先の秘密
console-secrets-lead = 接続先に入るパスワードと鍵の状態です。秘密そのものは、ここにも、どこにも表示されません。
console-secrets-checked = 最後の点検:
console-secrets-check = 今すぐ点検する
console-secrets-set = 登録した日時
console-secrets-used = 最後に使った日時
console-secrets-history = 登録の記録
console-secrets-policy = 秘密の方針
console-secrets-policy-risk = 弱い秘密を断らないと、三つの病院が侵入されたのと同じ状態になります。
console-secrets-refused = 登録を断る秘密
console-secrets-days = 古いとみなすまでの日数(1~1825)
console-secrets-administrators = 管理者とするアカウント
console-secrets-administrators-hint = 一行に一つ。root や Administrator などは、書かなくても管理者とみなします。
console-secrets-accept = 弱くても登録する理由
console-secrets-accept-hint = 普段は空のままにします。機器の制約などで弱いパスワードしか使えないときだけ書いてください。証跡台帳に残ります。
done-secrets-checked = すべての秘密を点検しました。

passphrase-listed = このパスフレーズは、漏えいしたパスワードの一覧にあります。別のパスフレーズにしてください。
