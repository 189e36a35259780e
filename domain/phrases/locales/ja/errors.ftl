# 利用者側のプログラムが出す、続けられないときの文。

error-answer-unreadable = 相手の返事が読み取れません。両方のプログラムの版を確かめてください。
error-version-unknown = 相手の版({ $version })が分かりません。このプログラムを新しい版に更新してください。
error-sign-in-failed = サインインできませんでした。名前・パスフレーズ・確認コードを確かめてください。誤りが続くと、しばらく受け付けなくなります。
error-signed-out = サインインの期限が切れています。もう一度サインインしてください。
error-not-joined = この端末はまだ施設に登録されていません。病院から招待状を受け取り、「sekisho join」を行ってください。
error-several-sites = 複数の施設に登録されています。「--site」で施設を選んでください。
error-port-in-use = 手元のポート { $address } は既に使われています。「--listen」で別の番号を指定してください。
error-not-loopback = { $address } では待ち受けられません。自分の端末の中(127.0.0.1 など)だけを指定してください。
error-other-user = この端末の別の利用者からの接続だったため、断りました。自分の利用者でお使いください。
error-invitation-unreadable = 招待状を読み取れません({ $problem })。全体を写したか確かめて、もう一度入力してください。
error-invitation-expired = 招待状の期限({ $until })が過ぎています。病院に新しい招待状を依頼してください。
error-file-unreadable = ファイル { $path } を読めません({ $cause })。名前と権限を確かめてください。
error-file-unwritable = ファイル { $path } に書けません({ $cause })。空き容量と権限を確かめてください。
error-file-exists = ファイル { $path } は既にあります。別の名前を指定してください。
error-file-too-big = ファイル { $path } は大きすぎます(上限 { $most })。小さくしてください。
error-key-unreadable = 端末の鍵を読めません({ $cause })。壊れているときは、病院に端末の招待状を依頼して登録し直してください。
error-key-exposed = 端末の鍵 { $path } を他の利用者が読めます。本人だけが読める権限に直してください。
error-secret-exposed = { $path } を他の利用者が読めます(権限 { $mode })。次のように入力してください: chmod { $wanted } { $path }
error-not-confined = プログラムの権限を絞れなかったため、起動しませんでした({ $cause })。seccomp のある Linux で、単独のプログラムとして起動してください。
error-gateway-not-running = ゲートウェイの制御口 { $path } につながりません。ゲートウェイが動いているか確かめてください。
error-site-unknown = { $path } に施設のデータがありません。「--data」の指定を確かめるか、「sekisho site init」で作ってください。
error-ledger-rolled-back = 証跡台帳が、前に確かめた時より短くなっています({ $held } 件→{ $offered } 件)。書換えのおそれがあるため中止しました。病院へ電話して知らせてください。
error-ledger-forked = 証跡台帳が、前に確かめた内容と食い違っています。書換えのおそれがあるため中止しました。病院へ電話して知らせてください。
error-ledger-signature = 証跡台帳の署名が正しくありません。書換えのおそれがあるため中止しました。病院へ電話して知らせてください。
error-ledger-resumed = 施設の証跡台帳は、復旧キットの署名のもとで { $at } に再開されました。心当たりがないときは、病院へ電話して確かめてください。
error-internal = 予期しない誤りが起きました({ $cause })。もう一度試し、続くときはこの文を添えてシステム運用担当者に知らせてください。
