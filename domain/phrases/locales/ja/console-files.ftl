# 検査で止まったファイルの画面と、持ち出したものの一覧。理由の文は files.ftl の file-why-。

files-title = 待っているファイル
files-waiting-home = ファイルが { $count } 件、確認を待っています
files-lead = 検査で確かめられなかったファイルです。渡してよいかを決めてください。渡してよいとしたものは、作業者が同じファイルを同じ場所へもう一度受け渡すと通ります。
files-none = 待っているファイルはありません。
files-stopped-title = 止めたファイル
files-stopped-lead = 危険が見つかったか、通せない種類のファイルです。誰も許可できません。
files-of-visit = ファイルの検査
files-of-visit-none = 検査で止まったファイルも、通ったファイルもありません。

files-number = 番号
files-way = 向き
files-way-in = 持込み(病院へ)
files-way-out = 持出し(病院の外へ)
files-path = 接続先での名前と場所
files-size = 大きさ
files-bytes = { $bytes } バイト
files-kind = 中身の種類
files-kind-unknown = 中身は確認されていません
files-at = 日時
files-scans = ウイルス検査
files-scan-none = 検査されていません
files-scan-clean = { $by }: 検出なし({ $version })
files-scan-found = { $by }: { $name } を検出({ $version })
files-why = 止まった理由
files-state = 扱い
files-waits = 確認待ち
files-released = 渡してよい: { $name } さん
files-refused = 渡さない: { $name } さん
files-stopped = 止めました(許可できません)
files-passed = 通りました
files-passed-by-person = 通りました(病院の担当者の許可)

files-release = 渡してよい
files-refuse = 渡さない
files-decide = 確認して決める

done-file-released = 渡してよいとしました。作業者に、もう一度受け渡すよう伝えてください。
done-file-refused = 渡さないとしました。
done-deletion-confirmed = 持ち出したものの消去の報告を記録しました。

files-out-title = 持ち出したものの一覧(消去の報告用)
files-out-lead = この作業で病院の外へ出たファイルです。証跡台帳から作っています。
files-out-none = この作業で病院の外へ出たファイルはありません。
files-out-data = このほかに、データベースやウェブ画面から { $bytes } バイトの内容が出ています。
files-sha256-unknown = 途中までの受け渡しのため、ありません
files-deletions = 消去の報告
files-deletions-none = 消去の報告はまだありません。
files-deleted-by = { $name } さんが、持ち出したものをすべて消去したと報告しました。
files-delete-lead = 上のものを、写しも含めてすべて消去してから報告してください。報告した人と日時は証跡台帳に残ります。
files-delete = すべて消去したと報告する
