# 接続の中で端末に出す文(1文1行)と、接続の中で使う機能の名前。
# 機能の識別子は access::ChannelAsk::id に channel- を付けたもの。

session-recorded = sekisho: { $who } さんの { $target } への接続です({ $until } まで)。この接続は記録されます。
session-ends-soon = sekisho: あと { $minutes } 分で接続が終わります。続けるには延長を申請してください。
session-paused = sekisho: 病院が接続を一時停止しました。再開されるまでお待ちください。
session-continued = sekisho: 接続が再開されました。作業を続けられます。
session-awaiting-attendant = sekisho: 病院の立会いを待っています。立会いが始まるまで、入力も表示も止まります。
session-attended = sekisho: 立会いが始まりました。作業を続けられます。
session-said = sekisho: 病院から: { $text }
session-frozen = sekisho: 今は止まっているため、入力は届きません。
session-ended = sekisho: 終了: { $reason }
session-file-refused = sekisho: このファイルは授受できません: { $reason }
session-channel-refused = sekisho: 認められませんでした: { $reason }
session-target-refused = sekisho: 接続先のサーバが受け付けませんでした。同時に開いている数を減らすか、病院の担当者に確かめてください。
session-file-broken = sekisho: ファイルの授受を中止しました。相手のプログラムの通信が正しくありません。
transfer-unsupported = この操作には対応していません。
transfer-unresolved = この場所を1つに定められません。
transfer-too-many = 同時に開けるファイルの数を超えました。
transfer-not-open = このファイルは開かれていません。

channel-shell = 対話での操作(シェル)
channel-exec = コマンドの実行
channel-sftp = ファイルの授受(SFTP)
channel-database = データベース
channel-scp-upload = ファイルの持込み(scp)
channel-scp-download = ファイルの持出し(scp)
channel-upload = ファイルの持込み
channel-download = ファイルの持出し
channel-change = ファイルの作成・変更・削除
channel-move = ファイルの移動・名前の変更
channel-look = ファイルとフォルダの一覧
channel-direct-tcpip = ポート転送(-L、-D、-W、-J)
channel-tcpip-forward = 逆方向のポート転送(-R)
channel-streamlocal = UNIX ソケットの転送
channel-agent = 認証エージェントの転送(-A)
channel-x11 = 画面の転送(-X)
channel-subsystem = SFTP 以外のサブシステム
channel-unknown = 内容の分からない機能

postgres-not-spoken = sekisho: PostgreSQLの通信として読めませんでした。psqlなどPostgreSQLのプログラムで接続してください。
postgres-no-replication = sekisho: レプリケーション接続は使えません。データの取り出しは、許可された量の中でSELECTまたはCOPYで行ってください。
postgres-parameter-refused = sekisho: 接続時に「{ $name }」は指定できません。接続した後にSETで指定してください。
postgres-reader-can-write = sekisho: 読むだけのはずのアカウント「{ $account }」は、ロール「{ $role }」の権限で、読む以上のことができます。そのため接続しませんでした。病院に、読む権限だけのアカウントの登録を依頼してください。
postgres-cancelled = sekisho: 作業者が、実行中の文の中止を求めました。
postgres-target-refused = sekisho: 接続先のデータベースが受け付けませんでした: { $message }
