# 作業者の画面: 接続先、申請、自分の作業、作業報告書。

work-for-engineers = この画面は、登録された事業者の作業者だけが使えます。申請や作業を見るには「申請」「作業」を開いてください。

# 接続先
work-targets = 接続先
work-targets-none = 申請できる接続先がまだありません。病院のシステム運用担当者に登録を頼んでください。
work-target-suspended = 利用停止中
work-ask = 作業を申請する
work-protocol = 接続方式
work-hours = 作業できる時間
work-longest = 一度に申請できる長さ
work-minutes = { $minutes } 分まで
work-approvals = 必要な承認
work-approvals-one = 病院の 1 人
work-approvals-two = 病院の 2 人
work-attendance = 立会い
work-attendance-needed = 病院の立会いが要ります
work-attendance-not-needed = 要りません
work-recording = 操作の記録
work-recorded-whole = 操作をすべて記録します
work-recorded-times = 日時と通信量だけを記録します

# 申請
work-request = 作業の申請
work-request-lead = 入力した内容は途中でも保存され、送信するまで病院には届きません。
work-look-again = 次の欄を確かめてください。入力した内容はそのまま残っています。
work-choose = 選んでください
work-target = 接続先
work-when = 予定日時
work-when-hint = 日本時間で入力してください。終わる日を空けておくと、始める日と同じ日になります。
work-from-day = 始める日
work-from-time = 始める時刻
work-until-day = 終わる日
work-until-time = 終わる時刻
work-kind = 作業種別
work-purpose = 目的
work-purpose-hint = 病院の事務の方が読んで分かるように書いてください。
work-contact = 作業中に出られる電話番号
work-plan = 作業計画書
work-plan-file = 計画書のファイル
work-plan-file-hint = 4 MB までのファイルを 1 つ。実行するコマンドを書いた行は、あとで記録と照合されます。
work-plan-text = または、計画をここに書く
work-file-kept = 預かっているファイル: { $name }({ $size } KB)
work-file-drop = このファイルを取り消す
work-file-again = 選ばれたファイルは保存されていません。もう一度選んでください。
work-care = 診療と患者情報への影響、立会い
work-care-affected = 診療に影響がある
work-care-how = 影響の内容と、元に戻す方法
work-patients = 患者情報に触れる
work-patients-why = 触れる患者情報と、その理由
work-privileged = 管理者の権限を使う
work-attended = 病院の立会いを希望する
work-sessions = 接続
work-sessions-how = 接続の回数
work-sessions-once = 1 回だけ
work-sessions-many = 許可時間内は何度でも
work-at-once = 同時に開く接続の数(何度でも、を選んだとき)
work-sub-contractor = 再委託先の番号(再委託先が作業するとき)
work-sub-contractor-hint = 例: vendor-3。番号は病院が事業者を登録したときに決まります。
work-ssh = SSH の接続先で行うこと
work-ssh-hint = 接続先が SSH でないときは、この欄は使われません。
work-ssh-shell = 対話式の操作(シェル)
work-ssh-exec = コマンドの実行
work-ssh-upload = ファイルを病院へ送る
work-ssh-upload-paths = 送り先のフォルダー(1 行に 1 つ。空けておくとどこでも)
work-ssh-upload-mib = 送る量の上限(MB。空けておくと 100)
work-ssh-download = ファイルを病院から受け取る
work-ssh-download-paths = 受け取り元のフォルダー(1 行に 1 つ。空けておくとどこでも)
work-ssh-download-mib = 受け取る量の上限(MB。空けておくと 100)
work-files = ファイルの授受
work-files-open = 受け渡すファイルを書く
work-files-hint = 受け渡すファイルを書いてください。足りないときは「下書きを保存」を押すと行が増えます。
work-file = ファイル { $number }
work-file-way = 方向
work-file-in = 病院へ
work-file-out = 病院から
work-file-name = ファイル名
work-file-sha = SHA-256(分かるとき)
work-send-request = この内容で申請する
work-save-draft = 下書きを保存

# 欄の誤り
work-wrong-needed = この欄を入力してください。
work-wrong-long = 長すぎます。短くしてください。
work-wrong-target = 接続先を一覧から選んでください。
work-wrong-moment = 日付か時刻を読み取れません。「2026-11-24」「10:00」の形で入力してください。
work-wrong-order = 終わりが始まりより前になっています。終わる日と時刻を確かめてください。
work-wrong-number = 数字で入力してください。
work-wrong-plan = 作業計画書のファイルを選ぶか、計画を書いてください。
work-wrong-empty-file = 選ばれたファイルが空です。別のファイルを選んでください。
work-wrong-sub-contractor = 再委託先の番号を「vendor-3」のように入力してください。
work-wrong-hash = SHA-256 は 64 桁の英数字です。分からないときは空けておいてください。
work-wrong-folder = フォルダーは「/」で始まる名前で、1 行に 1 つ書いてください。
work-wrong-nothing-inside = 行うことを 1 つ以上選んでください。
work-wrong-patients = 患者の一覧を書いたときは、人数も入力してください。

# 下書き
work-drafts = 下書き
work-draft-request = 作業の申請の続きを書く
work-draft-report = 作業 { $number } の報告書の続きを書く
work-draft-discard = この下書きを捨てる
work-draft-saved = 下書きを保存しました
work-draft-saving = 保存しています…
work-draft-waiting = 回線が切れています。つながりしだい保存します。この画面を閉じないでください。
work-draft-sent = この内容はもう送信されています。「自分の作業」で確かめてください。
work-draft-elsewhere = この下書きは、別の画面で書き換えられました。ここに見えている内容は保存されていません。この内容でよければ、もう一度押してください。
work-draft-too-many = 下書きが多すぎて保存できません。「自分の作業」で要らない下書きを捨ててから、もう一度押してください。
work-draft-not-kept = 下書きを保存できませんでした。入力した内容はこの画面に残っています。少し待って、もう一度押してください。
work-draft-gone = その下書きはありません。もう捨てられたか、送信されています。
work-draft-interrupted = 前に送信している途中で中断しました。届いているかを「自分の作業」で確かめ、届いていないときだけ、もう一度申請してください。

# 自分の作業
work-my = 自分の作業
work-debts = 作業報告書を出してください
work-report-overdue = 作業報告書の期限を過ぎています。提出するまで、次の申請は受け付けられません。
work-report-due = 作業報告書がまだです
work-write-report = 作業報告書を書く
work-see-report = 作業報告書を見る
work-open = いま作業できるもの
work-open-none = いま作業できるものはありません。
work-left = 残り { $left }
work-conditions = 承認の条件
work-granted-window = 許可された時間
work-lapsed = 返事がないまま予定の時間が過ぎたため、この申請では接続できません。必要なときは、もう一度申請してください。
work-lapsed-for-hospital = 予定の時間が過ぎたため、この申請にはもう返事できません。作業が必要なときは、作業者がもう一度申請します。
work-ask-again = これをもとにもう一度申請する
work-terminal = 画面で作業する(ターミナル)
work-own-client = お使いの SSH の道具でもつなげます。設定は次のコマンドで出ます:
work-own-program = お使いのプログラムは、次のコマンドが開くポートにつないでください:
work-waiting = 病院の返事を待っている申請
work-waiting-none = 待っている申請はありません。
work-is-extension = 作業時間の延長
work-waits-until = { $until } までに返事がなければ、却下されたものとなります。
work-withdraw = この申請を取り下げる
work-to-come = これからの作業
work-to-come-none = 予定はありません。
work-past = これまでの申請
work-past-none = ありません。
work-over = この作業の許可時間は終わりました。
work-again = これをもとに申請する

# 延長
work-extend = 時間の延長を申請する
work-extend-lead = 病院が承認すると、作業できる時間が延びます。承認されるまでは今の終わりのままです。
work-extend-ask = 延長を申請する

# 作業報告書
work-report = 作業 { $number } の作業報告書
work-report-write = 作業報告書を書く
work-report-supplement = 作業報告書を補う
work-report-lead = 記録から分かることは先に入れてあります。確かめて、足りないことを書いてください。
work-report-filed = 提出された作業報告書
work-differences = 計画・記録との違い
work-differences-none = 違いは見つかりませんでした。
work-recorded = 記録から分かること
work-commands = 実行したコマンド
work-attachment = 添付: { $name }
work-was-inside = { $window } 接続
work-commands-given = 実行したコマンド:
work-and-more = ほか { $count } 件
work-none = なし
work-done = 実施内容
work-changes = 変更点(設定・版数)
work-patients-seen = 情報に触れた患者の人数
work-patients-listed = 触れた患者(時刻順)
work-files-erased = 持ち出したファイルの消去
work-erased-none = 持ち出していない
work-erased-yes = 消去し、確かめた
work-erased-no = まだ消去していない
work-trouble = 障害・予定と違ったこと
work-restarted = 再起動した
work-next = 次回の予定
work-own-form = 事業者の様式の報告書(あれば)
work-own-form-hint = 4 MB までのファイルを 1 つ。
work-file-report = この内容で提出する
work-yes = はい
work-no = いいえ

# 済んだこと
done-draft-saved = 下書きを保存しました。まだ送信していません。
done-draft-discarded = 下書きを捨てました。
done-request-sent = 申請を送信しました。病院の返事をお待ちください。
done-being-sent = 送信しています。少し待って、この画面を開き直してください。
done-request-withdrawn = 申請を取り下げました。
done-extension-asked = 延長を申請しました。病院の返事をお待ちください。
done-report-filed = 作業報告書を提出しました。
