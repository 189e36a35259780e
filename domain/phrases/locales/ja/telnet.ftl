# 古い機器の操作端末（telnet）

protocol-telnet = 操作端末（telnet）

risk-kind-telnet = telnet は暗号化しません。病院の中の通信を見られる人は、パスワードも作業の中身も読み、書き換えられます。機器が本物かどうかも、アドレスでしか確かめられません。
unusual-telnet = パスワードと作業の中身が、病院の中を暗号化されずに流れます（telnet。病院が受け入れたリスクです）

reason-telnet-not-possible = telnet の接続先の内容が正しくありません。アカウントに改行などの制御文字は使えません。アカウントとパスワードの入力を求める文字は、互いに違い、前後に空白がない 64 文字以内のものにしてください。telnet 以外の接続先には付けられません。

# 登録
setup-telnet = 機器への入り方
setup-telnet-asks-nobody = 機器は何も尋ねません
setup-telnet-no-user = パスワードだけで入ります
setup-telnet-known-by-address = telnet の機器は、自分が本物だと示せません。ゲートウェイは登録したアドレスだけで見分けます。
setup-telnet-login = アカウントを尋ねる表示の終わり
setup-telnet-login-hint = telnet だけで使います。機器の画面に出るとおりに書きます。大文字と小文字は区別しません。
setup-telnet-password = パスワードを尋ねる表示の終わり
setup-telnet-password-hint = telnet だけで使います。パスワードを尋ねない機器では空にします。アカウント名も空にすると、パスワードだけで入ります。

# コマンド
cli-help-target-add-arg-login-prompt = telnet のとき、機器がアカウントを尋ねる表示の終わり(省略時 login:)
cli-help-target-add-arg-password-prompt = telnet のとき、機器がパスワードを尋ねる表示の終わり(省略時 Password:)
cli-help-target-add-arg-no-sign-in = telnet のとき、機器が何も尋ねない場合
