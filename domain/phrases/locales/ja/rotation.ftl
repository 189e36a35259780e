# ほかの人に知られたおそれのある秘密と、接続先での秘密の入れ替え
cli-help-secret-compromised = 接続先の秘密がほかの人に知られたおそれがあることを記録します。入れ替えるまで、誰もその秘密で入れません
cli-help-secret-compromised-arg-target = 接続先の番号または名前
cli-help-secret-compromised-arg-reader = データベースのとき、読むだけのアカウントの秘密です
cli-help-secret-compromised-arg-reason = 理由。証跡台帳に残ります
cli-help-secret-rotate = 接続先の秘密を、今すぐゲートウェイに入れ替えさせます(PostgreSQL、MariaDB、SSH のアカウント)
cli-help-secret-rotate-arg-target = 接続先の番号または名前
cli-help-secret-rotate-arg-reader = データベースのとき、読むだけのアカウントの秘密です
cli-help-secret-policy-arg-rotate = ゲートウェイが自動で秘密を入れ替える接続先。ほかのプログラムも使うアカウントの接続先は入れないでください
cli-help-secret-policy-arg-after-visits = 作業が終わるたびに入れ替えるか(yes、no)
cli-help-secret-policy-arg-every-days = 何日たったら入れ替えるか
cli-help-secret-policy-arg-no-rotation = 自動では入れ替えません
cli-rotation-begun = 秘密の入れ替えを始めました。結果は sekisho secret list で確かめてください。

secret-compromised = この秘密は、ほかの人に知られたおそれがあります: { $reason } 入れ替えるまで、誰もこの秘密では入れません。
secret-rotating = 接続先で入れ替えています。終わるまで、誰も入れません。開始:
secret-rotated-at = 入れ替え { $at }
rotation-by-hand = 秘密は、頼まれたときだけ接続先で入れ替えます。
rotation-targets = ゲートウェイが自動で秘密を入れ替える接続先: { $targets }
rotation-after-visits = 作業が終わるたびに入れ替えます。
rotation-every = 登録から { $days } 日たつと入れ替えます。

rotation-works-new = 新しい秘密で接続先に入れます。
rotation-works-old = 秘密は前のままです。
rotation-works-not-known = どちらの秘密で入れるか、まだ分かりません。新旧の両方を残してあり、誰も入れません。このままのときは、正しい秘密を登録し直してください。
rotation-works-new-for-now = 今は新しい秘密で入れます。接続先が再起動すると、古い秘密に戻ります。新旧の両方を残してあり、誰も入れません。
rotation-works-old-for-now = 今は古い秘密で入れます。新旧の両方を残してあり、どちらかに決まるまで誰も入れません。
rotation-tried-again = ゲートウェイが次に自動で確かめる時刻:
rotation-failed-unreachable = 接続先が応答しませんでした。動いているか確かめてください。
rotation-failed-key-differs = 接続先が、登録と違う鍵を示しました。何も伝えていません。正しい機器か確かめてください。
rotation-failed-old-refused = 金庫の秘密を接続先が受け付けません。接続先の側で変えられています。正しい秘密をここに登録するか、接続先で直してください。
rotation-failed-change-refused = 接続先が秘密の変更を断りました。接続先のパスワードの規則と、アカウントの権限を確かめてください。
rotation-failed-way-not-offered = このアカウントのサインインの方式では、ゲートウェイは秘密を入れ替えられません。手作業で入れ替えてください。
rotation-failed-not-proved = 接続先は新しい秘密を受け取りましたが、その秘密で入れませんでした。接続先のログを確かめてください。
rotation-failed-interrupted = 新しい秘密に切り替わる前に中断しました。接続先には古い秘密で入れます。もう一度入れ替えてください。
rotation-failed-old-remains = 古い鍵を接続先から消せませんでした。接続先の authorized_keys から消してください。

reason-secret-compromised = この接続先の秘密は、ほかの人に知られたおそれがあるため、使えません。病院の担当者に、秘密の入れ替えを頼んでください。
reason-secret-rotating = この接続先の秘密を入れ替えているところです。1分ほど待ってから、もう一度試してください。続くときは、病院の担当者に連絡してください。理由と次の予定は秘密の一覧に出ています。
reason-secret-in-use = この秘密で入っている作業があります。作業が終わってから入れ替えてください。
reason-rotation-not-possible = この接続先の秘密は、ゲートウェイでは入れ替えられません。または、入れ替えの時期(作業ごと、日数)が指定されていません。入れ替えられるのは PostgreSQL、MariaDB、SSH です。

entry-secret-compromised = 接続先の秘密が知られたおそれの記録
entry-secret-rotation-begun = 接続先の秘密の入れ替えの開始
entry-secret-rotation-ended = 接続先の秘密の入れ替えの結果

finding-secret-compromised = ほかの人に知られたおそれのある秘密があります({ $detail })。その秘密では誰も入れません。入れ替えるか、別の秘密を登録してください。
finding-rotation-failed = 秘密を入れ替えられませんでした({ $detail })。秘密は前のままです。原因を確かめて、もう一度入れ替えてください。
finding-rotation-open = 新旧どちらの秘密で入れるか分からない接続先があります({ $detail })。誰も入れません。少なくとも1時間ごとに自動で確かめ直します。次の時刻は秘密の一覧に出ます。接続先が動いているか確かめてください。接続先で秘密を変えた人がいるときは、正しい秘密を登録し直してください。
finding-rotation-not-saved = 新しいパスワードで入れますが、機器に保存できていない接続先があります({ $detail })。再起動すると古いパスワードに戻ります。新旧の両方を残してあり、誰も入れません。機器を再起動しないでください。機器の空きを作るか、「save」の後の行を直してください。自動で試し直します。次の時刻は秘密の一覧に出ます。
finding-rotation-doubted = 新しい秘密を伝えましたが、まだ古い秘密で入れる接続先があります({ $detail })。新旧の両方を残してあり、どちらかに決まるまで誰も入れません。接続先が応答していれば15分ほどです。次に確かめる時刻は秘密の一覧に出ます。
finding-rotation-old-remains = 古い鍵を消せなかった接続先があります({ $detail })。接続先の authorized_keys から消してください。

console-rotated = 最後に入れ替えた日時
console-rotate = 今すぐ入れ替える
console-rotate-risk = ゲートウェイが接続先に新しい秘密を設定し、入れることを確かめます。同じアカウントをほかの人やプログラムが使っていると、入れなくなります。失敗したときは、前の秘密のままです。
console-compromise = ほかの人に知られたおそれがある(使えなくする)
console-compromise-risk = 今から、入れ替えるまで、誰もこの秘密で入れません。開いている作業は続きます。必要なら強制切断してください。
console-compromise-reason = 理由
console-compromise-hint = 何があったかを短く書いてください。証跡台帳に残ります。
done-compromised = 秘密が知られたおそれを記録しました。
done-rotating = 秘密の入れ替えを始めました。1分ほどしてから、この画面で結果を確かめてください。

rotation-terms = 自動で入れ替える秘密を選ぶ
rotation-terms-risk = 選んだアカウントをほかのプログラム(部門システムの連携、バックアップなど)も使っていると、入れ替えた時からそのプログラムは動かなくなります。業者に確かめ、保守だけが使うアカウントの接続先だけを選んでください。作業中のアカウントは、作業が終わってから入れ替えます。失敗したときは、前の秘密のままです。
rotation-terms-targets = 自動で入れ替える接続先(アカウント)
rotation-terms-none = どれも選ばないと、頼まれたときだけ入れ替えます。
rotation-terms-nothing = ゲートウェイが入れ替えられる秘密は、まだありません(PostgreSQL、MariaDB、SSH)。
rotation-terms-when = いつ入れ替えるか
rotation-terms-after-visits = 作業が終わるたびに
rotation-terms-days = 登録から何日たったら
rotation-terms-days-hint = 日数。空にすると、古くなっても自動では入れ替えません。
