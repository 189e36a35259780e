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
target-web-sign-in-form = { $page } の入力欄にアカウント { $user } ({ $secret })
target-web-at-form = ({ $page } の入力欄)
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

## 登録する人に見せる欄

setup-web-host = 管理画面の名前
setup-web-host-hint = Web の管理画面だけに使います。管理画面が自分の名前を調べるときに入れます。空けておくと、上のアドレスになります。
setup-web-sign-in = 管理画面へのサインイン
setup-web-sign-in-hint = Web の管理画面だけに使います。ゲートウェイが代わりにサインインし、パスワードは作業者に見えません。画面の中の入力欄でサインインする機器では「画面の入力欄」を選びます。
setup-web-basic = アカウント名とパスワード(Basic 認証)
setup-web-form = アカウント名とパスワード(画面の入力欄)
setup-web-page = サインインする画面の場所
setup-web-page-hint = 「画面の入力欄」を選んだときだけ。「/」から始まる、パスワードを入れる画面の場所です(例: /login)。
setup-web-header = ヘッダー
setup-web-header-name = ヘッダーの名前
setup-web-header-hint = 「ヘッダー」を選んだときだけ。値には、登録した秘密がそのまま入ります。

## 申請する人に見せる欄

work-web = Web の管理画面で行うこと
work-web-hint = 接続先が Web の管理画面でないときは、この欄は使われません。
work-web-write = 設定やデータを変更する(印がなければ見るだけ)
work-web-paths = 開く画面の場所(1 行に 1 つ、「/」から。空けておくとどの画面でも)
work-web-mib = 持ち出すデータの上限(MB。空けておくと 256)
work-wrong-web-path = 場所は「/」から書いてください。

## 条件を付ける人に見せる欄

console-conditions-web-look = 見るだけにする(変更の操作を認めない)
console-conditions-web-without = 画面「{ $path }」を認めない
console-conditions-web-only = 認める画面の場所(1行に1つ、「/」から。空けておくと申請のとおり、どこでも)
