# 接続先の、受け入れたリスク
cli-help-target-accept-risk = 安全でない接続先(中身の分からない TCP、telnet、暗号化なし)のリスクを受け入れます。期限の更新にも使います
cli-help-target-accept-risk-arg-target = 接続先の番号または名前
cli-help-target-accept-risk-arg-reason = 受け入れる理由と、その間の対策。証跡台帳に残ります
cli-help-target-accept-risk-arg-owner = 責任を持つ病院の人
cli-help-target-accept-risk-arg-until = 最後の日。1年先まで
cli-help-target-withdraw-risk = 接続先のリスクの受け入れを取り消します。作業中の接続は終わり、誰も入れなくなります
cli-help-target-withdraw-risk-arg-target = 接続先の番号または名前
cli-help-target-withdraw-risk-arg-reason = 理由。証跡台帳に残ります
cli-help-target-add-arg-risk-accepted = 中身の分からない TCP、telnet、古い TLS のとき、リスクを受け入れる理由と、その間の対策(記録に残ります)
cli-help-target-add-arg-risk-owner = 受け入れたリスクに責任を持つ病院の人
cli-help-target-add-arg-risk-until = リスクを受け入れる最後の日。1年先まで
cli-help-target-pin-server-arg-risk-accepted = リスクを受け入れる理由(--plain-text-accepted に書かないとき)
cli-help-target-pin-server-arg-risk-owner = 暗号化に応じないとき、そのリスクに責任を持つ病院の人
cli-help-target-pin-server-arg-risk-until = 暗号化に応じないとき、そのリスクを受け入れる最後の日

risk-title = 受け入れたリスク
risk-kind-no-tls = このサーバは暗号化しません。病院の中の通信を見られる人は、中身を読み、書き換えられます。
risk-kind-old-tls = このサーバは古い暗号(TLS 1.0・1.1 など)しか使えません。病院の中の通信を見られる人は、それを破り、中身を読み、書き換えるおそれがあります。
risk-kind-raw-tcp = 中身の分からない TCP です。何をしたかを、ゲートウェイは後から説明できません。
risk-stands-holds = リスクを受け入れています。作業できます。
risk-stands-unowned = このリスクに責任を持つ病院の人が決まっていません。期限の前に、責任者と最後の日を決めてください。
risk-stands-ends-soon = まもなく期限です。安全な機器や設定に替えるか、期限を更新してください。
risk-stands-over = リスクの受け入れは終わっています。もう一度受け入れるまで、誰もこの接続先に入れません。
risk-reason = リスクを受け入れる理由と、その間の対策
risk-reason-hint = 中身の分からない TCP、telnet、暗号化に応じないサーバ、古い暗号のサーバのときに書きます。この理由は記録に残り、承認のたびに印が付きます。
risk-owner = 責任者
risk-owner-hint = 病院の人を選びます。最後の日の30日前に知らせます。
risk-last-day = 最後の日
risk-last-day-hint = 1年先までです。次の日からは誰も入れません。
risk-until = 期限
risk-accepted-by = 受け入れた人
risk-withdrawn-at = 取り消した日時
risk-accept = リスクを受け入れる
risk-accept-risk = 安全でない接続先に、最後の日まで入れるようになります。あなたと責任者の名前が証跡台帳に残ります。
risk-renew = 期限を更新する
risk-withdraw = 受け入れを取り消す
risk-withdraw-risk = この接続先での作業は今すぐ終わり、もう一度受け入れるまで、誰も入れません。
risk-withdraw-why = 理由
done-risk-accepted = リスクの受け入れを記録しました。
done-risk-withdrawn = リスクの受け入れを取り消しました。この接続先には誰も入れません。

reason-risk-not-accepted = 接続先「{ $target }」は安全でない方式(中身の分からない TCP、telnet、暗号化なし、古い暗号)ですが、そのリスクを受け入れた人がいません。病院の担当者が、理由・責任者・最後の日を登録してください。接続先を登録するとき(--risk-owner、--risk-until)のほか、接続先の画面か sekisho target accept-risk で登録できます。
reason-risk-over = 接続先「{ $target }」のリスクの受け入れは { $until } に終わりました(責任者: { $owner })。病院の担当者に連絡してください。担当者は、接続先の画面か sekisho target accept-risk で期限を更新するか、安全な方式に替えてください。
reason-risk-not-possible = この内容ではリスクを受け入れられません。責任者は停止されていない病院の人、最後の日は今日から1年先まで、接続先は安全でない方式のものに限ります。
reason-old-tls-not-possible = 古い TLS は、Web の管理画面と RDP の接続先だけで使えます。この接続先では、サーバを更新するか、ほかの確かめ方を選んでください。
end-risk-over = この接続先について病院が受け入れていたリスクの期限が来たか、取り消されたため、接続を終了しました。病院の担当者に、期限の更新を頼んでください。

unusual-raw-tcp = この接続先では、何をしたかを後から説明できません(中身の分からない TCP。病院が受け入れたリスクです)
unusual-old-tls = この接続先との通信は、破られるおそれのある古い暗号(TLS)です(病院が受け入れたリスク)

entry-risk-accepted = 接続先のリスクの受け入れ
entry-risk-withdrawn = 接続先のリスクの受け入れの取り消し

finding-risk-over = リスクの受け入れが終わり、誰も入れない接続先があります({ $detail })。接続先の画面で期限を更新するか、安全な方式に替えてください。
finding-risk-ends = 受け入れたリスクの期限が近い接続先があります({ $detail })。安全な方式に替えるか、接続先の画面で期限を更新してください。
finding-risk-unowned = リスクの責任者が決まっていない接続先があります({ $detail })。接続先の画面で責任者と最後の日を決めてください。期限を過ぎると誰も入れません。

notice-risk-ends-subject = 【関所】受け入れたリスクの期限が近づいています: { $target }({ $hospital })
notice-risk-ends-text = 接続先 { $target } について受け入れたリスクの期限は { $until } です。過ぎると、保守のために入れなくなります。安全な方式に替えるか、接続先の画面で期限を更新してください。
notice-risk-ended-subject = 【関所】受け入れたリスクの期限が切れました: { $target }({ $hospital })
notice-risk-ended-text = 接続先 { $target } について受け入れたリスクの期限が { $until } に切れました。接続先の画面で更新するまで、保守のために入れません。
notify-about-risk-ends = 接続先 { $number } のリスクの期限の知らせ
notify-about-risk-ended = 接続先 { $number } のリスクの期限切れの知らせ
