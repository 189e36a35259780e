# コマンドが伝える文と尋ねる文。

cli-usage-wrong = コマンドの書き方が違います:
cli-cause = 原因: { $cause }
cli-exactly = 詳細: { $how }
cli-expected-found = あるべき値: { $expected }。実際の値: { $found }。
cli-missing = 招待状に必要な項目がありません({ $what })。指定してもう一度行ってください。
cli-cannot-be-sent = 送れません({ $cause })。短くしてください。
cli-contradiction = 施設の返事が招待状またはそれ自身と食い違うため({ $what })、中止しました。病院へ電話してください。
cli-already-joined = このパソコンは既に { $site } に登録されています。別の「--home」を使うか、先に古いフォルダを移してください。
cli-sites-are = 登録されている施設: { $sites }
cli-no-home = 保存先のフォルダがありません。「--home」で指定してください。
cli-site-dir-needed = この操作はゲートウェイのそばでだけ行えます。「--site-dir」で施設のディレクトリを指定してください。
cli-connect-not-local = 「connect」は登録した端末からネットワーク経由で使います。「--site-dir」を外してください。
cli-owners-unknown = この環境では手元の接続がだれのものか確かめられないため、受け付けません。「--listen」を外し、標準入出力をお使いください。
cli-nothing-entered = 何も入力されませんでした。もう一度行ってください。

cli-not-a-moment = 「{ $text }」は時刻ではありません。「now」、2026-11-21T22:00(日本時間)、2026-11-21T22:00:00+09:00 のように書いてください。
cli-not-a-duration = 「{ $text }」は長さではありません。2h、90m、1h30m、1d のように書いてください。
cli-not-a-size = 「{ $text }」は大きさではありません。500MiB、2GiB のように書いてください。
cli-not-hours = 「{ $text }」は曜日と時間帯ではありません。「mon-fri 09:00-18:00」「毎日 00:00-24:00」のように書いてください。
cli-not-a-file = 「{ $text }」は受け渡すファイルの指定ではありません。in:名前 または out:名前 とし、分かれば :SHA256 を付けてください。
cli-not-a-link = 「{ $text }」は夜間の連絡順の指定ではありません。利用者 または 利用者:分 と書いてください。
cli-not-an-address = 「{ $text }」はアドレスではありません。ホスト:ポート と書いてください。
cli-not-an-id = 番号が違います({ $cause })。一覧で確かめてください。
cli-not-a-key = 「{ $text }」は鍵ではありません({ $cause })。鍵そのものか、鍵の入ったファイルを指定してください。
cli-site-key-needed = どの施設の受領証ですか。「--site-key」で施設の鍵を指定してください。

cli-ask-device-label = この端末の呼び名:
cli-ask-emergency-code = 封筒の非常用コード(画面には出ません):
cli-ask-read-by = コードを読み上げた人:

cli-added = 登録しました。番号は { $id } です。
cli-invited = 招待状 { $id }({ $until } まで有効)。本人だけに渡してください。表示は今回限りです:
cli-invited-into = 招待状 { $id }({ $until } まで有効)。本人だけに渡してください。
cli-requested-visit = 作業の番号は { $visit } です。
cli-extended = 延長しました。{ $until } まで続けられます。
cli-envelope = 新しい非常用コードです。前のコードはもう使えません。今すぐ印刷して封をし、写しを残さないでください:
cli-end-unknown = 接続は終わりました。理由はまだ記録されていません。後で「sekisho sessions」で確かめてください。

cli-alarm-raised = 病院のゲートウェイにも知らせました。
cli-alarm-not-raised = 病院のゲートウェイには知らせられませんでした。
cli-resume-invalid = 証跡台帳を復旧したと伝えられましたが、復旧キットの署名が正しくありません。中止しました。病院へ電話してください。

cli-kit-first-half = 復旧キットの1枚目を入力してください(3行。画面には出ません):
cli-kit-second-half = 2枚目を入力してください(3行。画面には出ません):
cli-kit-unreadable = 復旧キットを読み取れません({ $cause })。もう一度入力してください。
cli-kit-fits = 2枚とも正しく、{ $site } のものです(キット { $kit })。もう一度封をしてください。
cli-kit-of-another-site = 復旧キットですが、この施設のものではありません。この施設の用紙を探してください。

cli-status-site = { $name }({ $site })  版 { $version }  { $now }
cli-status-state = 状態: { $state }
cli-status-isolated = { $since } から接続遮断中: { $reason }(解除に同意 { $agreed } 名)
cli-status-ledger = 証跡台帳: { $size } 件、根 { $root }、この1週間の外部の証人 { $witnesses }
cli-status-work = 接続中 { $live } 件、承認待ち { $waiting } 件
cli-status-me = { $name } さんとしてサインインしています。
cli-upgrade-nothing = 証跡台帳の水準は { $level } で、この版の最新です。確定するものはありません。
cli-upgrade-levels = 証跡台帳の水準は { $level } です。この版は水準 { $newest } まで書けます。
cli-upgrade-entries = 確定すると、次の記録も書かれます: { $entries }
cli-upgrade-way-back = 確定するまでは以前の版に戻すことができ、以前の版もすべてを読めます。確定した後は、確定前のバックアップからしか戻せません。
cli-upgrade-how = この版で問題がないことを確かめてから、「sekisho site upgrade --commit」を実行してください。
cli-visit-more = 申請: { $requests }。接続: { $sessions }。条件: { $conditions }。記録量: { $bytes } バイト。

cli-key-place = { "  " }場所: { $place }
cli-key-unlocked = { "  " }使えるとき: { $unlocked }
cli-key-rotation = { "  " }交代: { $rotation }
cli-key-lost = { "  " }失ったとき: { $lost }
cli-key-stolen = { "  " }盗まれたとき: { $stolen }

cli-ledger-holds = 証跡台帳 { $origin }: { $size } 件、根 { $root }
cli-receipt-holds = 作業 { $visit }: 記録 { $entries } 件、操作記録の封 { $seals } 件
cli-segments-hold = { $sessions } 回の接続の { $segments } 個のファイルは、封をした時のままです。{ $complete } 回分は全部そろっています。
cli-site-key-claimed = 施設の鍵は書出しの中のものを使いました。署名の後に変わっていないことは分かりますが、だれが署名したかは分かりません。鍵を照合してください: { $key }
cli-strangers = 鍵の指定がない証人の署名もあります: { $names }
cli-recording-more = 続きがあります。すべてを見るには書き出してください。
cli-recording-bytes = 送信 { $sent } バイト、受信 { $received } バイト。

cli-well = 【良】
cli-not-well = 【要確認】
cli-doctor-kept = { $site } の鍵と証跡台帳の控えに異常はありません({ $size } 件まで確認)。
cli-doctor-signed-in = サインインしています。
cli-doctor-reached = 施設につながり、時計も合っています(差 { $seconds } 秒)。
cli-doctor-answers = 施設につながります。サインインすると詳しく分かります。
cli-doctor-clock-off = 時計が { $seconds } 秒ずれています。このパソコンの時計を合わせてください。
cli-doctor-files-held = このカーネルはゲートウェイを自分のファイルだけに限れます(Landlock)。
cli-doctor-files-not-held = このカーネルはゲートウェイを自分のファイルだけに限れません(Landlock がありません)。Linux 5.13 以降を使い、起動オプション lsm= に landlock を含めてください。
cli-doctor-found = 確かめる必要のある項目があります。上をご覧ください。

cli-exit-0 = 完了
cli-exit-1 = 失敗(ファイル、ネットワーク、ゲートウェイ)
cli-exit-2 = コマンドの書き方の誤り
cli-exit-3 = 認められなかった(理由を表示)
cli-exit-4 = サインインしていない、またはできなかった
cli-exit-5 = 検証できなかった(場所を表示)
cli-exit-6 = 施設を信頼できない(登録した鍵または証跡台帳との食い違い)
cli-exit-7 = 見つからない

cli-failed = できませんでした: { $cause }

cli-no-ssh = お使いの ssh を実行できません({ $cause })。OpenSSH を入れるか、「sekisho ssh-config」で PuTTY をお使いください。
cli-not-an-ssh-target = { $target } は SSH の接続先ではありません。「sekisho connect」をお使いください。
cli-not-a-host-name = 「{ $text }」は ssh の設定の名前に使えません。英数字・ハイフン・点で書いてください。
cli-not-a-host-key = 「{ $text }」は1つのホスト鍵ではありません。「ssh-ed25519 AAAA…」の行か、鍵が1つだけのファイルを指定してください。
cli-not-a-folder = 「{ $text }」は絶対パスのフォルダではありません。「/」から始め、「.」と「..」を使わずに書いてください。
cli-unquotable = このプログラムまたはフォルダの場所に、ssh に渡せない文字があります。移すか、別の「--home」をお使いください。
cli-no-such-channel = 操作記録にそのチャネルはありません。「sekisho recording show」で確かめてください。
cli-ask-target-password = 接続先のアカウントのパスワード(画面には出ません):
cli-secret-set = 金庫に入れました。
cli-secret-key-set = 鍵を金庫に入れました。接続先の authorized_keys に次の行を加えてください:
cli-putty = PuTTY のプログラムで使うとき:

attend-status = { $state }  { $what } { $size }  { $until } まで  p 一時停止/再開  e 強制切断  q 終わり
attend-confirm-end = 強制切断するには、もう一度 e を押してください。ほかのキーで取り消します。
attend-confirm-leave = 立会いをやめると接続は一時停止し、2分後に終わります。やめるには、もう一度 q を押してください。
attend-left = 立会いを終えました。接続は続いています。
attend-left-frozen = 立会いを終えました。ほかに立会いがなければ接続は一時停止し、2分後に終わります。
attend-cut-off = この接続への立会いは、もう認められていません。サインインし直すか、承認者に確かめてください。
attend-channel-opened = チャネル { $channel } が開きました: { $what }
attend-channel-closed = チャネル { $channel } が閉じました。{ $what }

terms-line = シェル: { $shell }。コマンド: { $exec }。持込み: { $upload }。持出し: { $download }。
terms-yes = 可
terms-no = 不可
terms-anywhere = 場所の制限なし
terms-database-line = データベース: { $databases }。{ $write }。持ち出せる量: { $bytes } バイトまで。
data-may-change = 書き換えもできる
data-is-read = 読むだけ
data-any-database = どれでも
target-plain-text = 暗号化なし({ $accepted })
target-old-tls = 古い TLS、{ $key }
target-reader = 読むだけ: { $reader }({ $secret })
secret-none = パスワードは未登録
cli-server-shows = { $address } のサーバが示した鍵:
cli-server-key-compare = サーバを管理している人に、サーバの側で同じ鍵かを確かめてもらってください(やり方は docs/operating/databases.md)。同じなら、この sha256:… を --server-key に指定して登録します。
cli-server-key-same = 登録されている鍵と同じです。
cli-server-key-differs = 登録されている鍵と違います。サーバを入れ替えていないなら、別のサーバにつながっているおそれがあります。サーバの側で確かめてから「sekisho target pin-server」で固定し直してください。
cli-server-old-tls = このサーバは古い TLS(1.0・1.1 など)しか使えません。更新できないときだけ、--old-tls と --risk-accepted、--risk-owner、--risk-until を付けて登録します(Web の管理画面と RDP だけ)。
cli-server-without-tls = { $address } のサーバは、暗号化(TLS)に応じません。サーバの設定で暗号化を使えるようにしてください。できないときだけ、--plain-text-accepted に理由を書いて登録します。
cli-server-shows-nothing = { $address } から、データベースや画面としての返事がありません。場所と、サーバが動いているかを確かめてください。
cli-not-a-server-key = 「{ $text }」はサーバの鍵ではありません。「sha256:」に続けて64桁の16進数で書いてください。
cli-server-identity-missing = サーバの確かめ方がありません。--server-key に鍵を、暗号化に応じないサーバなら --plain-text-accepted に理由を書いてください。
target-attended = 立会い必要
secret-missing = パスワードも鍵も未登録
secret-password = パスワードは金庫の中
secret-key = 鍵は金庫の中
secret-certificate = 接続のたびに証明書を発行(発行用の鍵は金庫の中)

index-opened = 開始: { $what }
index-hidden-lines = 画面に出なかった入力 { $count } 行(パスワードなど)。だれにも読めません
index-resized = 画面の大きさ { $size }
index-file = ファイル { $way }: { $path }({ $bytes } バイト、SHA-256 { $sha256 }){ $whole }
index-file-cut = 途中まで
index-exited = 終了 { $how }
index-closed = 閉じました
index-refused = 断りました: { $what }({ $reasons })
index-paused = 一時停止({ $by })
index-continued = 再開({ $by })
index-attended = 立会い開始({ $by })
index-attendant-left = 立会い終了({ $by })
index-left-out = ほかに { $count } 件は、操作記録の中だけにあります。
index-limit-shell = シェルのコマンドは画面から読み取ったものです。場所を探す助けであり、これだけでは証拠になりません。
index-limit-hidden = 画面に出なかった入力は、ずっと伏せられます。
index-limit-programs = スクリプト・編集ソフト・プログラムが自分で行ったことは載りません。再生して画面を確かめてください。

relay-not-tried = 未接続(まだ試していません)
relay-connected = { $since } から接続中
relay-not-connected = { $since } から切れています
relay-cosigned = { $at } に証跡台帳へ署名
relay-not-cosigned = 証跡台帳への署名はまだありません

doctor-no-relay = 外から試せる中継点がありません。「sekisho relay add」で登録してください。
doctor-relay-unreachable = 中継点 { $relay } に頼めませんでした。「sekisho relay list」で確かめてください。
doctor-nothing-answers = 中継点 { $relay } から見て、{ $address } では何も答えません。
doctor-something-answers = 中継点 { $relay } から見て、{ $address } の次のポートが答えます: { $ports }。閉じるか、だれが使っているか確かめてください。
cli-relay-introduced = 次の行を病院のシステム運用担当者に渡してください。鍵は電話でも読み合わせてください。
cli-attestation-none = まだどのメーカーも信頼していません。
cli-relay-admitted = { $site } を受け入れました。中継点を起動し直すと有効になります。
cli-relay-ready = 中継点が動いています: { $address }
cli-site-introduced = 次の行を中継点の運用者に渡してください(--from-net は病院の出口のアドレスに置き換えます)。
cli-search-older = 古い記録は --before { $before } で探せます。
