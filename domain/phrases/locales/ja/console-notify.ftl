# 通知の文面。途中で誰が読んでもよいことだけを言う: 会社名、時間、番号、リンク。人の名前、目的、患者の情報は入れない。

notice-open = 画面を開く
notice-foot = 内容は、リンクを開き、本人確認をしてからご覧ください。この通知には返信できません。

notice-request-subject = 【関所】返答を待つ申請 { $number }({ $hospital })
notice-request-text = { $vendor }から、接続の申請が届いています。希望する時間は { $from } から { $until } までです。{ $due } までに返答がないと、自動で却下されます。
notice-unanswered-subject = 【関所】申請 { $number } は返答がなく却下されました({ $hospital })
notice-unanswered-text = { $vendor }の申請は、時間内に返答がなかったため却下されました。必要なときは、もう一度申請してください。
notice-emergency-subject = 【関所】緊急接続が開かれました: 申請 { $number }({ $hospital })
notice-emergency-text = { $vendor }の申請 { $number } が、承認を待たずに緊急で開かれました。内容を確かめ、事後承認をするか、正しくなかったと記録してください。
notice-debt-subject = 【関所】事後承認がまだです: 申請 { $number }({ $hospital })
notice-debt-text = { $vendor }の緊急接続(申請 { $number })の事後承認が済んでいません。済むまで、この会社は新しく接続できません。
notice-session-began-subject = 【関所】接続が始まりました({ $hospital })
notice-session-began-text = { $vendor }の接続 { $number } が始まりました。
notice-session-ended-subject = 【関所】接続が終わりました({ $hospital })
notice-session-ended-text = { $vendor }の接続 { $number } が終わりました。
notice-report-subject = 【関所】作業報告書の期限を過ぎました: 作業 { $number }({ $hospital })
notice-report-text = { $vendor }の作業 { $number } の作業報告書が、期限を過ぎても提出されていません。提出されるまで、その作業者の次の申請は受け付けません。
notice-isolated-subject = 【関所】接続が遮断されました(全停止)({ $hospital })
notice-isolated-text = すべての接続が遮断されました。解除には二人の同意が必要です。
notice-device-subject = 【関所】確認を待つ端末 { $number }({ $hospital })
notice-device-text = { $vendor }の端末 { $number } が、合い言葉の確認を待っています。事業者に電話をかけ、読み上げられた言葉と照らし合わせてください。
notice-finding-subject = 【関所】新しい接続が止まっています({ $hospital })
notice-finding-text = ゲートウェイに、新しい接続を止める不具合があります。何が起きたかと、すべきことは、画面にあります。
notice-test-subject = 【関所】通知の確認({ $hospital })
notice-test-text = 通知の設定を確かめるための送信です。届いていれば、設定は正しく働いています。

finding-nobody-told = 申請が届いても、知らせる相手がいません。承認者の誰かに通知の送り先を登録してください(sekisho notify ways)。
finding-undelivered = 最後の通知は届きませんでした({ $detail })。送り先とメールサーバーの設定を確かめてください(sekisho notify deliveries)。

cli-notify-key = 送る内容には、この鍵で署名します。表示は今回限りです: { $key }
cli-notify-no-mail = メールサーバーは設定されていません。
cli-notify-within = { $minutes } 分以内に返答のない申請は、却下されます。
cli-notify-no-limit = 申請は、希望の時間が終わるまで返答を待ちます。
cli-notify-quiet = 静かにする時間: { $slots } 件
cli-notify-mail = メール
cli-notify-sent = 送りました
cli-notify-unreachable = サーバーにつながりません
cli-notify-untrusted = サーバーの暗号化(TLS)または証明書が信頼できないため、送りませんでした
cli-notify-not-signed-in = サーバーがアカウントまたはアドレスを受け付けません
cli-notify-rejected = サーバーが通知を受け付けません
cli-notify-not-usable = 設定が足りません
cli-notify-seen = { $at } に開かれました
cli-ask-mail-password = メールアカウントのパスワード:
cli-ask-webhook = Webhook のアドレス(https://…):
