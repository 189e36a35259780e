# 画面の枠、サインイン、ホーム、承認、接続遮断。

console-product = 関所
console-skip = 本文へ進む
console-nav = 画面の一覧
console-nav-home = ホーム
console-nav-requests = 申請
console-nav-visits = 作業
console-nav-my = 自分の作業
console-nav-targets = 接続先
console-nav-setup = 設定
console-isolate = 全停止
console-isolated-now = 停止中
console-isolated-banner = 接続遮断(全停止)中です。すべての接続を切り、新しい接続を受け付けていません。
console-sign-ins = サインイン中の画面
console-sign-out = サインアウト
console-back = 戻る
console-go-on = 続ける
console-one-moment = 画面を開いています
console-not-done = できませんでした
console-signed-out = サインインしていないか、サインインの時間が切れています。もう一度サインインしてください。入力した内容は送られていません。
console-elsewhere = この操作は、この画面から送られたものではないため受け付けませんでした。この画面を開き直して、もう一度操作してください。
console-not-fresh = 本人確認ができませんでした。使っていない新しい確認コードか、パスキーでもう一度確認してください。何も変わっていません。
console-unknown-sentence = 理由「{ $id }」で受け付けられませんでした。システム運用担当者に知らせてください。

console-code = 確認コード(6桁)
console-code-why = 本人であることを、この操作のために確認します。認証アプリの、まだ使っていないコードを入れてください。

# サインイン
console-sign-in = サインイン
console-sign-in-lead = 遠隔保守の関所です。病院の方と、登録された事業者の方だけが使えます。
console-login = ログイン名
console-passphrase = パスフレーズ
console-sign-in-code = 確認コード(6桁)
console-sign-in-code-hint = 認証アプリに表示される数字です。一度使ったコードは使えません。
console-sign-in-failed = サインインできませんでした。ログイン名、パスフレーズ、確認コードのどれかが違うか、失敗が続いたため少しのあいだ受け付けていません。数分待って、もう一度試してください。
console-sign-in-help = パスフレーズや確認コードの機器をなくしたときは、病院の別の担当者に「再設定の招待状」を頼んでください。

# ホーム
console-home = ホーム
console-inside = いま入っている人
console-inside-nobody = だれも入っていません。
console-waiting = あなたの返事を待っている申請
console-waiting-none = 返事を待っている申請はありません。
console-unsigned = 確認・署名を待っている作業: { $count }件
console-overdue = 期限を過ぎたもの・手当てが要るもの
console-overdue-none = ありません。
console-until = { $until } まで
console-since = { $since } から
console-end-session = 強制切断
console-watch = 画面を見る
console-needs-attendant = 立会い待ち
console-paused = 一時停止中
console-attended-by-nobody = 立会いなし
console-live = 接続中
console-look-at = 内容を見る
console-setup-go = 初期設定を続ける(あと { $left } 件)

# 申請の一覧と承認
console-requests = 申請
console-requests-waiting = 返事を待っている申請
console-requests-answered = 返事の済んだ申請
console-requests-none = 申請はありません。
console-older = 前の申請を見る
console-request = { $name } さん({ $vendor })の申請
console-request-unnamed = { $vendor } の申請
console-who = だれが
console-firm = 会社
console-sub-contractor = 再委託先
console-where = どこへ
console-what-for = 何のために
console-kind = 作業種別
console-when = いつ
console-asked-at = 申請した日時
console-how-long = { $window }(長さ { $length })
console-able = できるようになること
console-able-change = 接続先の設定や内容を変えられます
console-able-commands = 命令を実行できます
console-able-shell = 画面を開いて操作できます
console-able-privileged = 管理者の権限を使います
console-able-upload = ファイルを病院へ持ち込めます(合計 { $most } まで)
console-able-download = ファイルを病院から持ち出せます(合計 { $most } まで)
console-able-patients = 患者の情報に触れます: { $reason }
console-able-no-patients = 患者の情報には触れないと申告しています
console-able-care = 診療に影響があります: { $how }
console-able-no-files = ファイルの受け渡しはできません
console-able-once = 1回だけ接続できます
console-able-attended = 病院の人の立会いのもとで行います
console-erased = (消去済み)
console-unusual = いつもと違うところ
console-unusual-none = いつもと違うところは見つかりませんでした。
console-plan = 作業計画書
console-plan-open = 「{ $name }」を開く
console-contact = 作業中に出られる電話
console-files = 受け渡すファイルの申告
console-approve = 許可する
console-approve-lead = 許可すると、この時間だけ、この接続先にだけ入れます。操作はすべて記録され、いつでも切れます。
console-approve-second = もう1人の承認者の許可が要る接続先です。
console-refuse = 却下する
console-refuse-reason = 却下の理由(申請した人に伝わります)
console-conditions = 条件を付けて許可する
console-conditions-text = 条件(申請した人に伝わります)
console-conditions-until = 終わりを早める
console-conditions-until-hint = 空のままなら、申請のとおり { $until } までです。
console-conditions-no-upload = ファイルの持込みを認めない
console-conditions-no-download = ファイルの持出しを認めない
console-decided = この申請への返事は済んでいます。
console-approved-so-far = ここまでに許可した人
console-refused-because = 却下の理由: { $reason }
console-to-visit = この作業の記録を見る
console-own-request = 自分の申請は、自分では許可できません。

unusual-first-visit = この人の、この病院での初めての作業です
unusual-first-at-target = この人が、この接続先に入るのは初めてです
unusual-first-ever = この接続先への、初めての作業です
unusual-new-device = 登録から1週間たっていない端末から入ります
unusual-at-night = 夜間(20時から7時)にかかります
unusual-at-weekend = 土曜日か日曜日です
unusual-short-notice = 開始の30分前より後の、急な申請です
unusual-longer = これまでの作業の2倍を超える長さです
unusual-sub-contractor = 再委託先の人が作業します
unusual-asked-before = 同じ人の別の申請が待っているか、1日以内に却下されています
unusual-first-files-out = この接続先から、初めてファイルを持ち出します

done-approved = 許可しました。この時間だけ入れます。
done-approved-first = 許可しました。もう1人の承認者の許可を待っています。
done-refused = 却下しました。申請した人に理由が伝わります。
done-session-ended = 強制切断しました。
done-isolated = 全停止しました。すべての接続を切りました。
done-lift-agreed = 解除に同意しました。
done-lifted = 全停止を解除しました。

# 接続遮断
console-isolate-title = 接続遮断(全停止)
console-isolate-lead = すべての遠隔保守の接続をいますぐ切り、新しい接続を一切受け付けなくします。診療のシステムは止まりません。
console-isolate-live = いまつながっている接続: { $live } 件
console-isolate-reason = 理由(あとで直せません。短くてかまいません)
console-isolate-reason-default = 緊急のため
console-isolate-now = すべて切って停止する
console-isolate-cancel = やめて戻る
console-isolate-how-lifted = 解除には、病院の2人の同意が要ります(1人と復旧キットでもかまいません)。
console-isolated-since = 停止した日時
console-isolated-reason = 理由
console-isolated-did = すべての接続を切り、新しい接続を受け付けていません。この状態は、機械を入れ直しても続きます。
console-isolated-agreed = 解除に同意した人
console-isolated-agreed-nobody = まだいません
console-lift = 解除に同意する
console-lift-lead = 2人目が同意すると解除されます。原因が分かり、再開してよいと確かめてから同意してください。
console-lift-delay = 病院の担当者が1人だけの施設では、24時間待って解除できます。
console-lift-delay-begin = 24時間の待ちを始める
console-lift-delay-until = { $until } から、同じ操作で解除できます。

# サインイン中の画面
console-sign-ins-title = サインイン中の画面
