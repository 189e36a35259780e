# 検査のために留め置いたファイルの扱い。file-why- は access::FileWhy::id に対応する。

file-held = 病院で番号 { $number } として保留されています。{ $why } 病院の担当者が許可した後に、もう一度受け渡してください。そのときに通ります。
file-refused-by-person = 病院の担当者がこのファイルを断りました。病院に確認してください。
file-looked-at = ファイル { $path }: { $what }
file-whole-only = ファイルは丸ごと受け渡してください。途中からの再開、追記、その場での書き換え(reput、reget、append)はできません。
file-in-order = ファイルは先頭から順に、丸ごと受け渡してください。そのように送るプログラムを使ってください。
file-too-large = 受け渡せる大きさを超えています。病院に相談するか、分けて受け渡してください。
file-no-room = 病院の検査用の置き場に空きがありません。病院に連絡してください。
file-not-by-old-scp = sekisho: ファイルは検査してから渡します。古い方式の scp ではできません。-O を付けない scp か sftp を使ってください。

file-why-unscanned = 病院にウイルス検査の設定がありません。
file-why-scanner-silent = ウイルス検査({ $by })が応答しませんでした。
file-why-found = ウイルス検査({ $by })が検出しました: { $name }
file-why-kind = この種類のファイルは通せません: { $kind }
file-why-archive = 圧縮ファイルの中を最後まで確認できませんでした: { $trouble ->
    [encrypted] 暗号化されています。
    [too-deep] 圧縮ファイルが何重にもなっています。
    [too-many-entries] 中の項目が多すぎます。
    [too-large] 展開すると大きくなりすぎます。
    [bomb] 展開すると元の何倍もの大きさになります。
    [traversal] 別の場所に展開される項目があります。
    [link] 外へのリンクか、ファイルではない項目があります。
    [damaged] 壊れています。
    [unreadable] 読み取れませんでした。
   *[other] 中を確認できない形式です。
}
file-why-by-person = この接続先では、病院の担当者がすべてのファイルを確認します。

cli-doctor-files-scanned = ファイルは通す前に検査されています({ $by })。
cli-doctor-files-wait = site.toml にウイルス検査の設定がないため、ファイルはすべて担当者が許可するまで保留されます。clamav-daemon を入れて、そのソケットを指定してください(files.clamd)。
cli-doctor-files-unscanned = site.toml にウイルス検査の設定がなく、検査しないまま通しています(dangerous_unscanned_files_pass)。clamav-daemon を入れて、そのソケットを指定してください(files.clamd)。
cli-doctor-files-unchecked = ファイルは確認されないまま通っています(dangerous_unchecked)。了承した人: { $by }
cli-doctor-scanner-silent = ウイルス検査({ $by })が応答しません。ファイルは担当者が許可するまで保留されます。{ $cause }

cli-help-files = 保留中のファイルの扱いと、持ち出されたファイルの一覧
cli-help-files-list = 作業で保留された(または保留されている)ファイルの一覧
cli-help-files-list-arg-visit = 作業
cli-help-files-release = 保留中のファイルを許可します。作業者がもう一度受け渡すと通ります
cli-help-files-release-arg-visit = 作業
cli-help-files-release-arg-number = 保留の番号
cli-help-files-refuse = 保留中のファイルを断ります
cli-help-files-refuse-arg-visit = 作業
cli-help-files-refuse-arg-number = 保留の番号
cli-help-files-out = 作業で病院の外へ出たファイルと、その削除を報告した人の一覧
cli-help-files-out-arg-visit = 作業
cli-help-files-deleted = 事業者向け: 作業で持ち出したものを削除したことを報告します
cli-help-files-deleted-arg-visit = 作業

cli-files-held = { $number }  { $state }  { $way }  { $path }  { $bytes } バイト、{ $kind }
cli-files-waits = 保留中
cli-files-released = 許可
cli-files-refused = 却下
cli-files-in = 病院へ
cli-files-out = 病院の外へ
cli-files-none-held = この作業で保留されたファイルはありません。
cli-files-none-out = この作業で病院の外へ出たファイルはありません。
cli-files-went-out = { $at }  { $path }  { $bytes } バイト、{ $kind }  SHA-256 { $sha256 }
cli-files-deleted-by = { $by } さんが { $at } に、持ち出したものを削除したと報告しました。
cli-file-released = { $visit }: ファイルを許可しました。作業者にもう一度受け渡すよう伝えてください。
cli-file-refused = { $visit }: ファイルを断りました。
cli-files-deleted = { $visit }: 持ち出したものを削除したことを記録しました。

entry-file-judged = ファイルが検査で保留または拒否されました
entry-file-released = 保留中のファイルが許可されました
entry-file-refused = 保留中のファイルが断られました
entry-deletion-confirmed = 事業者が持ち出したものの削除を報告しました
