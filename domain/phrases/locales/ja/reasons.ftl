# 認めなかった理由。どの文も、何が起きたか、次に何をするかを言う。
# 識別子は access::Reason の名前、引数はその項目名。

reason-site-isolated = 施設は接続遮断(全停止)中のため、だれも接続できません。病院の承認者2名が解除するまでお待ちください。お急ぎのときは病院へ電話してください。
reason-restored-unconfirmed = 施設はバックアップから復元されたばかりで、これより新しい記録がないことを中継がまだ確かめていません。しばらく待ってください。続くときは病院へ電話してください。
reason-setup-incomplete = 施設の初期設定が終わっていません。2人目の病院の利用者を登録するか、外部の立会人を任命するか、復旧キットを封印して、設定を完了してください。
reason-clock-in-doubt = ゲートウェイの時計が信用できないため、新しい接続を止めています。システム運用担当者が正しい時刻を確かめ、「時刻の確認」を行ってください。
reason-ledger-unavailable = 証跡台帳に書き込めないため、何も受け付けられません。システム運用担当者がゲートウェイのディスクの空きと故障を確かめてください。接続遮断と強制切断は今も使えます。
reason-recorder-unavailable = 操作記録をこれ以上残せないため、新しい接続を始められません。システム運用担当者がディスクの空きを増やしてから、もう一度お試しください。
reason-two-factors-needed = 本人確認が足りません。パスフレーズと、確認コード(6桁の数字)または登録済みの端末の、両方で確認してください。
reason-role-missing = あなたの役割では、この操作はできません。権限のある担当者に依頼してください。
reason-person-needed = この操作は機械の管理者としてはできません。利用者本人が、パスフレーズと確認コードで本人確認をしてから行ってください。
reason-not-found = 見つかりません。名前や番号が正しいか、一覧で確かめてください。
reason-not-yours = これはあなたのものではありません。ご自分のものの番号を一覧で確かめてください。
reason-self-approval = ご自分の申請を、ご自分で承認することはできません。別の承認者に依頼してください。
reason-not-of-the-hospital = 承認や解除は、病院の職員だけが行えます。病院の承認者に依頼してください。
reason-already-approved-by-you = あなたは既に承認しています。この接続先には2人の承認が必要です。もう1人の承認者に依頼してください。
reason-already-decided = この件は既に決まっています。結果を一覧で確かめてください。やり直すときは、新しく申請してください。
reason-request-expired = 申請は、承認されないまま期限を過ぎました。日時を改めて、もう一度申請してください。
reason-nobody-to-approve = 承認できる人が1人もいないため、受け付けられません。病院のシステム運用担当者に、承認者の登録を依頼してください。
reason-vendor-suspended = この事業者は利用を停止されています。病院の担当者へ連絡し、停止の理由を確かめてください。
reason-person-suspended = この利用者は利用を停止されています。病院の担当者へ連絡し、停止の理由を確かめてください。
reason-factors-not-set-up = 本人確認の手段を設定し直している途中です。届いた招待状を使って、パスフレーズと確認コードを設定してください。
reason-device-unknown = この端末は登録されていません。病院に端末の招待状を依頼し、この端末で登録してください。
reason-device-pending = この端末は確認待ちです。病院の担当者へ電話し、画面に出ている8つの言葉を読み上げて、確認してもらってください。
reason-passkey-not-attested = このパスキーは、ほかの端末に写せるか、写せないことを病院が信頼するメーカーが証明していません。セキュリティキー、またはメーカーの証明があるパソコンのパスキーを登録するか、sekisho の専用プログラムと証明書で作業してください。
reason-device-suspended = この端末は利用を停止されています。紛失や盗難でなければ、病院の担当者へ連絡してください。
reason-device-not-granted = 許可された端末とは別の端末です。許可された端末を使うか、この端末で申請し直してください。
reason-target-suspended = この接続先は利用を停止されています。再開の予定を病院の担当者に確かめてください。
reason-person-time-over = 監査のために見られる期間は { $until } に終わりました。続けるには、病院のシステム運用担当者に期間の延長を依頼してください。
reason-target-not-maintained = この接続先は、あなたの会社の保守対象ではありません。接続先の名前を確かめてください。対象のはずなら、病院に登録の変更を依頼してください。
reason-protocol-not-granted = この接続先で許可されている通信の種類と違います。接続先の登録内容を確かめてください。
reason-source-not-listed = 接続元のアドレスが、あなたの会社の登録にありません。登録された拠点から接続するか、病院に接続元の追加を依頼してください。
reason-outside-needs-passkey = 院内ネットワークの外からは、パスフレーズと確認コードだけでは操作できません。パスキーで入り直すか、院内から操作してください。
reason-source-unknown = 接続元のアドレスが分からないため、接続できません。途中の機器がアドレスを隠していないか確かめて、登録された拠点から接続してください。
reason-sources-not-reconfirmed = この事業者の接続元の一覧は、確認の期限({ $since })を過ぎています。病院のシステム運用担当者が、事業者に確かめて再確認してください。
reason-wide-exception-ended = 広い範囲の接続元を認める例外の期限が切れました。範囲を狭めるか、病院が理由と期限を付けて例外を認め直してください。
reason-no-grant = この作業者・端末・接続先の組合せには許可がありません。先に申請し、病院の承認を受けてください。
reason-too-early = 許可された時間になっていません。{ $from } から接続できます。
reason-too-late = 許可された時間は { $until } に終わりました。続けるには、改めて申請してください。
reason-grant-withdrawn = この許可は取り消されました。病院に理由を確かめ、必要なら改めて申請してください。
reason-grant-used-up = この許可は1回限りで、既に使われています。もう一度接続するには、改めて申請してください。
reason-too-many-sessions = この許可で同時に使える接続の数に達しています。使っていない接続を終えてから、もう一度お試しください。
reason-outside-hours = この接続先の作業を認める曜日・時間帯ではありません。時間帯を確かめて申請し直してください。お急ぎのときは病院へ電話してください。
reason-window-too-long = 申請の時間が長すぎます。この接続先は1回 { $longest_minutes } 分までです。時間を短くするか、分けて申請してください。
reason-window-not-possible = 申請の日時が正しくありません。終わりは始まりより後に、始まりは過去でも遠すぎる先でもない日時にしてください。
reason-would-widen = 申請された時間や条件より広くなるため、承認できません。申請の範囲内にするか、新しい申請を出してもらってください。
reason-quota-used-up = この作業で残せる操作記録の量を使い切りました。作業を終えて報告し、続きは改めて申請してください。
reason-debt-unpaid = この事業者の非常時の接続({ $since })が、まだ事後承認されていません。病院の承認者が先に事後承認または却下をしてください。
reason-channel-not-granted = { $channel ->
    [shell] { channel-shell }
    [exec] { channel-exec }
    [sftp] { channel-sftp }
    [database] { channel-database }
    [web] { channel-web }
    [web-request] { channel-web-request }
    [web-line] { channel-web-line }
    [desktop] { channel-desktop }
    [scp-upload] { channel-scp-upload }
    [scp-download] { channel-scp-download }
    [upload] { channel-upload }
    [download] { channel-download }
    [change] { channel-change }
    [move] { channel-move }
    [look] { channel-look }
    [direct-tcpip] { channel-direct-tcpip }
    [tcpip-forward] { channel-tcpip-forward }
    [streamlocal] { channel-streamlocal }
    [agent] { channel-agent }
    [x11] { channel-x11 }
    [subsystem] { channel-subsystem }
    [unknown] { channel-unknown }
   *[other] { $channel }
} は、この許可では使えません。許可された操作で作業を続けるか、必要な操作とファイルを書いて改めて申請してください。
reason-path-not-granted = 許可されたフォルダや画面の外です。許可された場所を確かめ、ほかの場所が必要なら改めて申請してください。
reason-files-used-up = この作業で授受できるファイルの数か量を使い切りました。続きは改めて申請してください。
reason-session-frozen = この接続は一時停止中か、病院の立会いを待っているため、今は何も通りません。再開されるまでお待ちください。
reason-secret-missing = この接続先のログイン情報(パスワードまたは鍵)が、まだ登録されていません。病院のシステム運用担当者に登録を依頼してください。
reason-host-key-not-possible = このホスト鍵は登録できません。接続先のサーバの公開鍵を、ssh-ed25519 または ecdsa-sha2 で始まる1行で指定してください。
reason-ssh-terms-not-possible = SSH の条件が正しくありません。SSH の接続先だけに指定し、操作かファイルの授受を1つ以上認め、フォルダは / から書いてください。
reason-database-terms-not-possible = データベースの条件が正しくありません。データベースの接続先だけに指定し、持ち出せる量は 1 バイト以上にしてください。
reason-reader-missing = この接続先には、読むだけのアカウントが登録されていません(書き換えができるアカウントと同じ名前にもできません)。病院のシステム運用担当者に、読むだけのアカウントの登録を依頼するか、書き換えもできる作業として申請してください。
reason-password-needed = この接続先のログインに、鍵は使えません。パスワードを登録してください。
reason-database-not-granted = データベース「{ $database }」は、この作業の許可に含まれていません。許可されたデータベースを指定するか、必要なら新しく申請してください。
reason-data-used-up = この作業で接続先から持ち出せる量を使い切りました。続きが必要なら、量を増やして新しく申請してください。
reason-report-missing = 前回の作業報告書が出ていません。先に作業報告書を提出してください。
reason-visit-not-over = この作業はまだ終わっていません。接続中の人がいるか、許可の時間が残っています。終わってから確認・署名してください。
reason-note-needed = 理由または質問が書かれていません。言葉で書いてから、もう一度お試しください。
reason-report-not-read = 開いた後に、新しい作業報告書が出ています。画面を読み直し、今の報告書を読んでから確認・署名してください。
reason-emergency-not-marked = この接続先は、非常時の接続の対象として登録されていません。通常の申請をして、承認を受けてください。
reason-not-on-duty = あなたは今の時間の夜間連絡順に入っていません。連絡順の当番の人に依頼してください。
reason-emergency-code-wrong = 非常時コードが違うか、既に使われています。封筒の番号を確かめ、未使用のコードを読み上げてください。
reason-invitation-invalid = 招待状が使えません。使用済みか、期限切れか、入力の誤りが続いたためです。病院に新しい招待状を依頼してください。
reason-device-needed = 端末の登録は作業者だけのものです。作業者は登録する端末で専用プログラムを使って受け入れ、それ以外の人は端末のない招待状を頼んでください。
reason-words-differ = 読み上げられた言葉が、端末の鍵と合いません。もう一度ゆっくり確かめてください。それでも違うときは、登録を認めず、端末を停止してください。
reason-key-known = この鍵は既に登録されています。端末または中継の一覧を確かめ、別のものなら新しい鍵で登録してください。
reason-name-taken = この名前は既に使われています。別の名前を付けてください。
reason-name-not-possible = この名前は使えません。使える文字と長さを確かめて、付け直してください。
reason-text-too-long = 入力が空か、長すぎます。内容を確かめて、短く書き直してください。
reason-prefix-too-wide = 接続元の範囲 { $net } は広すぎます。会社の固定アドレスだけに狭めてください。やむを得ないときは、期限と理由を付けた例外が必要です。
reason-exception-not-possible = 例外の期限が長すぎるか、例外の要らない範囲です。期限を90日以内にするか、例外を外してください。
reason-address-not-allowed = { $address } は接続先や中継にできません。ゲートウェイ自身や特別な用途のアドレスか、「名前:ポート」の形でないものです。アドレスを確かめてください。
reason-roles-not-possible = 所属と役割の組合せが正しくありません。事業者の人は作業者に、病院の人は承認者・システム運用担当者・点検者にしてください。
reason-last-one = 最後の1人なので、停止や削除はできません。先に代わりの人を登録してください。
reason-second-person-needed = もう1人、別の人の同意が必要です。別の担当者に同じ操作を依頼してください。
reason-delay-not-over = 待ち時間が終わっていません。{ $until } を過ぎてから、もう一度行ってください。
reason-already-so = 既にその状態です。何もする必要はありません。今の状態は一覧で確かめられます。
reason-not-upgraded = この操作は、以前の版では読めない形で記録されます。施設はまだこの版に切り替えられていません。`sekisho site upgrade` を確かめてください。
reason-not-isolated = 接続遮断(全停止)中ではないため、解除するものがありません。施設の状態を確かめてください。
reason-too-many = { $what ->
    [codes] 非常時コード
    [links] 夜間連絡順の人
    [invitations] 使われていない招待状
    [persons] 利用者
    [devices] 1人の端末
    [files] 授受ファイル
    [sessions] 1つの許可で同時に使える接続
    [requests] 承認待ちの申請
    [live-sessions] 同時に開ける接続
    [reports] 1つの作業の報告書
    [targets] 接続先
    [vendors] 事業者
    [slots] 時間帯
    [channels] 1回の接続で開けるチャネル
    [folders] ファイルを授受するフォルダ
    [ways] 1人の知らせ方
    [webhooks] チャット(Webhook)
    [relays] 中継
    [days] 作業報告書の期限の日数
    [networks] 院内ネットワークの範囲
    [addresses] ゲートウェイのアドレス
    [reasons] 理由
    [tiers] 再委託の段数
    [sources] 接続元の範囲
    [quota-gib] 操作記録の上限量(GiB)
    [windows] 1人が同時に開ける画面
    [words] 1分間に伝えられる言葉
    [reviews] 1つの作業の確認・署名
   *[other] { $what }
} が上限({ $most })を超えます。使っていないものを片付けるか、少なくして、もう一度お試しください。
