# 作業者の端末のブラウザーで画面を開く(sekisho browse)

cli-browse-not-local = 「browse」は登録した端末からネットワーク経由で使います。「--site-dir」を外してください。
cli-browse-owners-unknown = この環境では手元の接続がだれのものか確かめられないため、ブラウザーを受け付けません。「sekisho connect」を標準入出力でお使いになるか、メーカーの証明があるセキュリティキーをブラウザーでお使いください。
cli-browse-link = { $site } の画面です。この端末のブラウザーで、次のアドレスを開いてください(開けるのは一度だけです)。
cli-browse-ends = ご自分のブラウザーだけが使えます。Ctrl-C を押すとブラウザーはサインアウトし、この端末で開いているもの(ssh も)が終わります。
cli-browse-opened = 画面が開かれました。パスフレーズと確認コードでサインインしてください。
cli-browse-full = ブラウザーからの接続が { $count } 件になったため、次の接続を断りました。使わない画面を閉じてください。
cli-browse-reached = 病院とまたつながりました。

## 画面に出る文

browse-refused = この画面は開けません
browse-other-name = ブラウザーのアドレスが「sekisho browse」の表示と違います。表示されたアドレスをそのままお使いください。
browse-other-site = 別の画面から呼び出されたため、何も送っていません。「sekisho browse」で開いた画面をお使いください。
browse-not-opened = このブラウザーでは「sekisho browse」の表示したアドレスがまだ開かれていません。先にそのアドレスを開いてください。
browse-used-link = このアドレスはもう使われたか、前に始めたときのものです。「sekisho browse」を始め直し、新しいアドレスを開いてください。
browse-not-a-page = ここに画面はありません。前の画面に戻り、画面の中のリンクやボタンをお使いください。
browse-unreachable = 病院につながりません
browse-unreachable-what-to-do = 少し待ってから、この画面を読み込み直してください。つながらないときは「sekisho browse」をいったん終えて、始め直してください。
