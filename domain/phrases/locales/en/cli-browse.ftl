# The pages in a browser on the engineer's own computer (sekisho browse).

cli-browse-not-local = “browse” goes over the network, from an enrolled device. Leave “--site-dir” out.
cli-browse-owners-unknown = This system does not say whose a local connection is, so no browser is served. Use “sekisho connect” on standard input and output, or an attested security key in the browser.
cli-browse-link = Pages of { $site }: open this address in a browser on this computer. It opens once:
cli-browse-ends = Only your own browser is served. Ctrl-C signs the browser out, and ends what you have open on this computer, by ssh too.
cli-browse-opened = The page was opened. Sign in there with your passphrase and a one-time code.
cli-browse-full = { $count } connections of browsers are open; one more was turned away. Close what you do not need.
cli-browse-reached = The hospital answers again.

## What a page says

browse-refused = This page is not opened
browse-other-name = The address in the browser is not the one that “sekisho browse” has printed. Use exactly that address.
browse-other-site = Another page led here, and nothing was sent on. Use the tab that “sekisho browse” has opened.
browse-not-opened = This browser has not opened the address that “sekisho browse” has printed. Open that one first.
browse-used-link = This address was used already, or belongs to an earlier start. Start “sekisho browse” again and open the new one.
browse-not-a-page = There is no page here. Go back, and use the page's own links and buttons.
browse-unreachable = The hospital cannot be reached
browse-unreachable-what-to-do = Load this page again in a moment. If that does not help, end “sekisho browse” and start it again.
