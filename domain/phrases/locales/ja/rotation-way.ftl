# 接続先でのパスワードの入れ替え方
cli-help-secret-way = SSH で入るアカウントのパスワードを、接続先でどのように入れ替えるかを選びます。Linux のコマンド(選ばないときはこれ)、Windows の PowerShell、ルーターなどの機器に1行ずつ入力、のどれかです
cli-help-secret-way-arg-target = 接続先の番号または名前
cli-help-secret-way-arg-linux = Linux のコマンドで
cli-help-secret-way-arg-windows = PowerShell で(管理者である、Windows のローカルアカウント)
cli-help-secret-way-arg-like = この種類の機器の言葉で: cisco-ios または yamaha-rtx。実際の機器では試していません
cli-help-secret-way-arg-lines = このファイルから。1行に1つ、expect・see・send と文字。save だけの行の後は、新しいパスワードで入り直してからの分です。パスワードはそのまま書かないでください。行は証跡台帳にそのまま残ります

rotation-way = 接続先でのパスワードの入れ替え方
rotation-way-set = パスワードの入れ替え方を選ぶ
rotation-way-risk = ここで選んだ内容が機器に合わないと、入れ替えに失敗します。どちらのパスワードが使えるかは、証跡台帳と秘密の一覧に出ます。機器の前に人が行ける時間に試し、その後で秘密の一覧を確かめてください。用意してあるものは、どれも実際の機器や Windows では試していません。
rotation-way-linux = Linux のコマンドで(chpasswd、passwd。鍵は authorized_keys)
rotation-way-windows = PowerShell で(管理者である、Windows のローカルアカウント)
rotation-way-cisco-ios = Cisco IOS の言葉を使う機器(入るとすぐ # になるアカウント)
rotation-way-yamaha-rtx = ヤマハ RTX の言葉を使う機器(管理パスワードはアカウントと同じもので、一緒に変えます)
rotation-way-device = 機器に、ここに書いた行を入力する
rotation-way-lines = 機器に入力する内容
rotation-way-lines-hint = 最後の選択肢のときだけ使います。1行に1つ書きます。「expect」の後に、待つ表示の終わりの文字。「send」の後に、入力する1行(波かっこで囲んだ account、old、new は、1つの語として置き換えます)。「see」の後に、表示されているはずの文字。「save」だけの行の後は、新しいパスワードで入り直してから入力し、再起動しても消えないようにする分です。
rotation-way-no-secrets = この行にパスワードをそのまま書かないでください。enable のパスワードも同じです。書いたものは証跡台帳に永久に残り、この画面とバックアップでも読めます。入るとすぐ管理者になるアカウント(privilege 15)を使うか、そのパスワードをアカウントと同じにして、波かっこの old と new で入力してください。
rotation-way-examples = 用意してある機器の行

rotation-failed-in-doubt = 接続先には古い秘密で入れます。新しい秘密ではまだ入れません。新しい秘密を伝えた後、接続先が断らなかったため、遅れて切り替わるおそれがあります。10分ほど待っても切り替わらなければ、古い秘密を残し、新しい秘密は捨てます。何もする必要はありません。
rotation-failed-not-saved = 新しいパスワードは使えますが、再起動しても消えないように機器に保存できませんでした。機器を再起動しないでください。機器の空きと、「save」の後の行が合っているかを確かめてください。行は今すぐ直せます。
reason-rotation-way-not-possible = このアカウントのパスワードは、この方法では入れ替えられません。Windows と機器は、SSH の接続先で、アカウントがパスワードで入り、訪問ごとのアカウントを使っていないときに選べます。Windows のアカウントは、そのコンピューター自身のものに限ります。機器のアカウントは、英数字と「-」「_」「.」だけの名前に限ります。機器の行には新しいパスワードの入力が必要で、置き換える語を引用符で囲むことはできません。
reason-rotation-way-not-provable = この行のままでは、終わった後にどのパスワードが使えるか分かりません。最後に入力した行の応答を待つ必要があります。「save」の前も後も、最後の行は「expect」か「see」にしてください。「save」の前で変えるパスワードは、アカウントのもの1つだけにし、ほかは「save」の後に入れてください。
reason-rotation-way-needs-password = このアカウントは、Windows や機器でパスワードを入れ替える設定になっています。この設定で使えるのはパスワードだけです。パスワードを登録するか、入れ替え方を「Linux のコマンドで」に戻してから鍵を登録してください。
finding-rotation-way = パスワードの入れ替えが止まっている接続先があります({ $detail })。機器に入力する行のままでは、途中で切れたときにどのパスワードが使えるか分からないためです。行を直すまで、自動では入れ替えず、封筒も作れません。
entry-rotation-way-set = パスワードの入れ替え方の設定
