# 訪問ごとのアカウント
cli-help-target-visit-accounts = 訪問ごとに、接続先にその訪問だけのアカウントを作り、終わったら消すようにします(PostgreSQL と、SSH で入る Linux)
cli-help-target-visit-accounts-arg-target = 接続先の番号または名前
cli-help-target-visit-accounts-arg-manager = アカウントを作ったり消したりする、接続先の管理用アカウント。この後で、その秘密を登録してください
cli-help-target-visit-accounts-arg-group = Linux のとき、作るアカウントを入れるグループ。権限(sudo も)はここから得ます。繰り返せます
cli-help-target-visit-accounts-arg-off = やめて、登録したアカウントで入る形に戻します。この後で、そのアカウントの秘密を登録してください

visit-accounts = 訪問ごとのアカウント
visit-accounts-why = 訪問のたびに、接続先にその訪問だけのアカウントを作り、訪問が終わったら消します。名前は訪問の番号だけです(例: sk-v12)。パスワードは誰にも知らされず、どこにも保存されません。
visit-accounts-off = 使っていません。どの訪問も、登録したアカウントで入ります。
visit-accounts-on = 使っています。作ったり消したりする管理用アカウント: { $manager }
visit-accounts-groups = 作るアカウントのグループ: { $groups }
visit-accounts-standing = いま接続先にあるはずのアカウント: { $accounts }
visit-accounts-set = 訪問ごとのアカウントを設定する
visit-accounts-risk = 管理用アカウントは、ほかのアカウントを作ったり消したりできます。その秘密を持つこの金庫は、登録したアカウントだけを持つ場合より、破られたときの害が大きくなります(PostgreSQL 15 以前では、ほとんどのロールに手が届きます)。設定や管理用アカウントを変えると、いま登録してある秘密は使えなくなり、新しいアカウントの秘密を登録するまで誰も入れません。
visit-accounts-manager = 管理用アカウント(空にすると、使うのをやめます)
visit-accounts-manager-postgres = CREATEROLE を持つロールです。先に、訪問の権限のもとになるロール(登録したアカウント)を、このロールに WITH ADMIN OPTION で与えてください。訪問が作った表などは、登録したアカウントのものになります。登録したアカウントに ALTER ROLE … SET で付けた設定は、訪問には効きません。
visit-accounts-manager-linux = root か、パスワードなしの sudo で useradd、usermod、chage、chpasswd、pkill、userdel を使えるアカウントです。ホームディレクトリの中は、訪問が終わると消えます。ほかの場所に残したファイルは、番号だけの持ち主のものとして残ります。
visit-accounts-group-names = グループ(1行に1つ)
visit-accounts-group-names-hint = Linux のときだけです。作るアカウントは、ここのグループの権限だけを持ちます。sudo が要るときは、sudo を許したグループを書きます。
visit-account-name = この訪問のために接続先に作ったアカウント
visit-account-stands = { $account }(接続先にあります)
visit-account-gone = { $account }({ $at } に消しました)
visit-account-left = { $account }(まだ消せていません: { $why })

visit-account-unreachable = 接続先が応答しません。
visit-account-key-differs = 接続先が登録と違う鍵を示したため、何も伝えていません。
visit-account-manager-refused = 接続先が管理用アカウントを受け付けません。
visit-account-not-done = 接続先が断りました。管理用アカウントの権限を確かめてください。
visit-account-not-ours = 同じ名前のアカウントがありますが、ゲートウェイが作ったものではないため、手を付けていません。

reason-visit-accounts-not-possible = この接続先では訪問ごとのアカウントを使えないか、指定が正しくありません。使えるのは PostgreSQL と、SSH で入る Linux です。管理用アカウントは、登録したアカウントとは別のものにしてください(PostgreSQL)。グループは Linux のときだけ、英小文字・数字・_・- で書いてください。
reason-visit-account-stands = 訪問のアカウントが、まだ接続先に残っているおそれがあります。消えてから変えてください。訪問が続いているときは、終わってからにしてください。
end-visit-account-not-made = この訪問のアカウントを接続先に作れなかったため、入れませんでした。病院のシステム運用担当者に、管理用アカウントの権限を確かめてもらってください。

entry-visit-accounts-set = 訪問ごとのアカウントの設定
entry-visit-account-begun = 訪問のアカウントの作成の開始
entry-visit-account-ended = 訪問のアカウントの削除の結果

finding-visit-account-left = 消せていない訪問のアカウントがあります({ $detail })。1分ごとにもう一度消しています。続くときは、接続先で消してください。
