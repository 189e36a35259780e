# Webの管理画面(許可された接続先をブラウザーで開く)

## 関所の画面に出る文

web-refused = この操作は通せません
web-foreign = 別の画面から呼び出されたため、何も送っていません。この画面の中のリンクやボタンをお使いください。
web-no-worker = 接続が終わった後もブラウザーに残る部品(サービスワーカー)は通しません。画面はそのままお使いいただけます。
web-no-tunnel = この接続先から、さらに別の所へはつなげません。
web-not-http = この要求は、このままでは接続先に送れません。画面を読み込み直してください。
web-leads-elsewhere = 接続先が、許可されていない別の場所({ $to })へ移ろうとしました。移らずに止めています。前の画面に戻ってください。必要なら、その場所を接続先として改めて申請してください。
web-no-answer = 接続先から答えがありません
web-no-answer-text = 接続先が答えないか、答えが正しい形ではありませんでした。少し待ってから画面を読み込み直してください。続くときは病院にお知らせください。
web-waits = 今は何も通りません
web-over = この接続は終わりました
web-over-text = この接続は終わりました。理由は「sekisho connect」を始めた画面に出ます。

## 条件と目的

reason-web-terms-not-possible = Web の管理画面の条件が正しくありません。Web の接続先だけに指定し、パスは / から始めて「%」「..」などを使わずに書き、持ち出せる量は 1 バイト以上にしてください。登録では、名前・アカウント・ヘッダー名に使えない文字がないかも確かめてください。
reason-method-not-granted = この作業は見るだけの許可のため、「{ $method }」は使えません。変更が必要なら、変更もする作業として改めて申請してください。
channel-web = Web の管理画面
channel-web-request = Web の要求
channel-web-line = 開いたままの通信(WebSocket)
protocol-http = Web の管理画面(HTTP)

## コマンドで使う人に

cli-web-link = 「{ $target }」の画面です。この端末のブラウザーで、次のアドレスを開いてください(開けるのは一度だけです)。
cli-web-ends = ご自分のブラウザーだけが使えます。Ctrl-C を押すと接続が終わります。
cli-web-opened = 画面が開かれました。
cli-web-needs-listen = 「{ $target }」は Web の管理画面です。「--listen 127.0.0.1:0」を付けて始めてください。
cli-web-only-127 = Web の管理画面は 127.0.0.1 だけで受け付けます。「--listen 127.0.0.1:0」としてください。
terms-web-line = { $write }、{ $paths }、持ち出せる量 { $bytes } バイト
web-any-path = すべての画面
target-web-sign-in-nothing = サインインなし
target-web-sign-in-basic = アカウント { $user } ({ $secret })
target-web-sign-in-header = ヘッダー { $name } ({ $secret })

## 手元の画面に出る文

door-other-name = ブラウザーのアドレスが「sekisho connect」の表示と違います。表示されたアドレスをそのままお使いください。
door-other-site = 別の画面から呼び出されたため、何も送っていません。「sekisho connect」で開いた画面をお使いください。
door-not-opened = このブラウザーでは「sekisho connect」の表示したアドレスがまだ開かれていません。先にそのアドレスを開いてください。
door-used-link = このアドレスはもう使われたか、前に始めたときのものです。「sekisho connect」を始め直し、新しいアドレスを開いてください。

## 承認する人に見せる、できること

console-able-web-read = 管理画面を見るだけです。変更の操作はできません
console-able-web-write = 管理画面を見ることも、変更の操作もできます
console-able-web-any = 管理画面のどの画面も開けます
console-able-web-only = 開ける画面: { $paths }
