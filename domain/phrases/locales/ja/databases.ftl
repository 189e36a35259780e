# データベースの作業中にゲートウェイが表示する文(PostgreSQLと共通のものはsessions.ftl)

mysql-not-spoken = sekisho: MySQL・MariaDBの通信として読めませんでした。mariadbやmysqlなどのプログラムで接続してください。
mysql-no-tls-inside = sekisho: 病院までの通信はすでに暗号化されているため、ここではTLSを使いません。TLSを使わない設定で接続してください(mariadb --skip-ssl)。
mysql-command-refused = sekisho: 通信の命令 { $command } は使えません。作業の途中での利用者の変更とレプリケーションはできません。そのほかは文(SQL)で実行してください。
mysql-reader-can-write = sekisho: 読むだけのはずのアカウント「{ $account }」に、読む以外の権限、または確認できない権限があります: { $right }。そのため接続しませんでした。病院に、読む権限(SELECT、SHOW VIEW)だけのアカウントの登録を依頼してください。
mysql-way-not-spoken = sekisho: 接続先のデータベースが、ここでは使えない認証方式を求めました: { $plugin }。病院に、ed25519、mysql_native_password、または暗号化した通信でのcaching_sha2_passwordのアカウントを依頼してください。
mysql-target-too-old = sekisho: 接続先のデータベースが古いため接続できません: { $version }。MySQL・MariaDBは5.5以降に対応しています。

setup-patients = 患者の番号がある列
setup-patients-why = ここに登録した列の値が作業中にデータベースから出ると、どの患者の情報が出たかを、時刻順に、人数とともに記録します。
setup-patients-none = まだ登録がありません。だれの情報が出たかは記録されません。
setup-patients-name = 患者の番号がある列を登録する
setup-patients-risk = 登録していない列から出た患者の番号は、記録に残りません。システムの業者に、患者番号のある表と列をすべて確かめてください。次の接続から有効です。
setup-patients-columns = 列(1行に1つ)
setup-patients-columns-hint = スキーマ.表.列の順に書きます(例: public.tbl_ptinf.ptid)。MariaDB・MySQLではスキーマの代わりにデータベース名を書きます。空にすると、何も記録しません。
