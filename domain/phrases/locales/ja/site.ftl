# 施設の初期化とゲートウェイの文。
error-failed = 失敗しました: { $cause }
cli-gateway-ready = ゲートウェイが動いています: 施設 { $site }、{ $address }
cli-site-founded = 施設 { $site } を作りました。検証用の公開鍵: { $key }
    次の招待文は最初の一人のためのもので、1時間だけ、一度だけ、院内からだけ使えます(sekisho join)。
cli-kit-written = 復旧キットの二枚を { $path } に書きました。印刷して二人で分けて封をし、このファイルを消してください。
cli-person-recovers = 招待 { $invitation } を作りました。24時間後から使えます。全員に知らせてください。
cli-ledger-resumed = 証跡台帳は { $size } 件目から再開しました。次に接続した人に、その旨が知らされます。
finding-isolated = 接続は遮断されています。解除には二人の同意が必要です。
finding-ledger = 証跡台帳に書けません。接続は受け付けません。ディスクを確かめてください。
finding-recorder = 操作記録に書けません。接続は受け付けません。ディスクを確かめてください。
finding-disk = ディスクの空きが足りません({ $detail })。空きを作るまで新しい接続は受け付けません。
finding-clock = 時計が信頼できません(今 { $detail })。時計を直し、「sekisho site confirm-clock」で確認してください。
finding-witness = 外部の証人の記憶と証跡台帳が食い違っています({ $detail })。すぐに調べてください。
finding-setup = 初期設定が終わっていません。二人目の院内の承認者、外部の立会人、または封をした復旧キットが必要です。
finding-debt = 緊急接続 { $detail } の事後承認が済んでいません。
finding-night-chain = 夜間の当番が決まっていません(sekisho emergency chain)。
finding-envelope = 緊急用の封筒がありません(sekisho emergency codes)。
finding-no-witness = この一週間、外部の証人が確定点に署名していません。
finding-metadata-only = 接続先「{ $detail }」は操作の中身を記録しません(受け入れたリスク)。
cli-invitation-open = 招待 { $invitation }  { $person }  { $from } から { $until } まで
cli-invitation-to-factors = { $invitation }  { $person } の本人確認の手段を設定し直す招待  { $from } - { $until }
problem-unknown-call = この操作はありません。両方のプログラムの版を確認してください。
problem-field = 項目「{ $field }」がないか、形式が正しくありません。
problem-not-json = 送られた内容を読めません。プログラムを更新してください。
problem-too-large = 大きすぎます(最大 { $most } バイト)。
problem-too-slow = 時間内に届きませんでした。もう一度お試しください。
problem-broken = ゲートウェイで問題が起きました。運用担当者に知らせてください(記録に残っています)。
