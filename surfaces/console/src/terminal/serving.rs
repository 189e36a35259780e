//! A page at its terminal: from its first message until its line is lost, or there is nothing to see.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use ids::VisitId;
use phrases::Language;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use wire::Secret;
use wire::terminal::{FromPage, Hello, MOST_OUTPUT, Over, Passing, ToPage};

use super::carrier::Wish;
use super::handshake::{Upgrading, upgrade};
use super::kept::MOST_UNSEEN;
use super::line::{Batch, Heard, Lost, Told, line as line_on};
use super::opening::{Sitting, sit_down};
use super::pace::{ASK_EVERY, Pace, SILENT_FOR};
use super::seat::{Attached, News, Typed};
use super::{Found, Key, Reserved, Seat, messages};
use crate::api;
use crate::asker::{Asker, Desk};
use crate::body::Of;
use crate::pages::{PageFailed, Signed, from_our_own_page};

/// How long a page may take to close its side after the last message.
const CLOSED_WITHIN: Duration = Duration::from_secs(2);

/// How long a page may take to show its ticket.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// How often a page is told how the session stands. It counts the seconds between by itself.
const STATE_EVERY: Duration = Duration::from_secs(1);

/// `GET /visits/{number}/terminal/line`: a browser's page wants a line. Nothing is opened and nobody is
/// believed before its first message (lesson L36).
pub(crate) async fn line(
    State(desk): State<Desk>,
    signed: Signed,
    Of(visit): Of<VisitId>,
    request: Request<Body>,
) -> Result<Response, PageFailed> {
    from_our_own_page(request.headers())?;
    let token = signed.asker.token.clone().ok_or(PageFailed::SignedOut)?;
    let Upgrading { answer, becomes } = upgrade(request)?;
    let comer = Comer {
        key: Key::of(&visit, &token),
        desk,
        asker: signed.asker,
        language: signed.language,
        visit,
        token,
    };
    tokio::spawn(async move {
        if let Ok(connection) = becomes.await {
            let (heard, told) = line_on(connection);
            comer.come(heard, told).await;
        }
    });
    Ok(answer)
}

/// Who comes to a terminal.
struct Comer {
    desk: Desk,
    asker: Asker,
    language: Language,
    visit: VisitId,
    token: Secret,
    key: Key,
}

/// Why a line ends that was begun in order.
enum End {
    /// With this as the last message.
    Say(ToPage),
    /// Nobody is there to hear it.
    Gone,
}

impl Comer {
    async fn come(self, mut heard: Heard, mut told: Told) {
        let end = match timeout(HELLO_WITHIN, heard.first()).await {
            Ok(Ok(FromPage::Hello(hello))) => self.serve(hello, &mut heard, &mut told).await,
            Ok(Err(Lost::Gone)) | Err(_) => End::Gone,
            Ok(Ok(_) | Err(Lost::Wrong(_))) => self.over(Over::Misbehaved),
        };
        if let End::Say(message) = end {
            told.last(&message).await;
            let _in_time = timeout(CLOSED_WITHIN, heard.until_closed()).await;
        }
    }

    fn over(&self, why: Over) -> End {
        End::Say(messages::over(self.language, why))
    }

    async fn serve(&self, hello: Hello, heard: &mut Heard, told: &mut Told) -> End {
        let tickets = self.desk.terminals.tickets();
        if !tickets.take(&hello.ticket, &self.key, self.desk.engine.now()) {
            return self.over(Over::Ticket);
        }
        let seat = match self.seat(&hello).await {
            Ok(seat) => seat,
            Err(end) => return end,
        };
        if !self.may_go_on(&seat, true) {
            return self.over(Over::SignedOut);
        }
        let attached = seat.attach(&hello.page, hello.shown, hello.take_over);
        let Some((attached, from, fresh)) = attached else {
            return self.over(Over::Elsewhere);
        };
        let welcome = ToPage::Welcome {
            session: seat.session().number(),
            from,
            fresh,
        };
        if told.say(&welcome).await.is_err() {
            return End::Gone;
        }
        let _busy = seat.keyboard().try_send(Typed::Size(hello.cells));
        let mut serving = Serving {
            comer: self,
            attached,
            sent: from,
            refusing: None,
            pace: Pace::new(std::time::Instant::now()),
        };
        serving.run(heard, told).await
    }

    /// The visit's terminal of this sign-in, opened if there is none.
    async fn seat(&self, hello: &Hello) -> Result<Arc<Seat>, End> {
        match self.desk.terminals.find(&self.key) {
            Found::Seat(seat) => Ok(seat),
            Found::Opening => Err(self.over(Over::Elsewhere)),
            // It had one, and was away for too long.
            Found::Nothing(_) if hello.shown > 0 => Err(self.over(Over::Ended)),
            Found::Nothing(place) => self.open(hello, place).await,
            Found::Full => Err(self.over(Over::Refused)),
        }
    }

    /// Opens the session. What stands in the visit is where to and with which grant; whether it may be
    /// is decided where every session is.
    async fn open(&self, hello: &Hello, place: Reserved) -> Result<Arc<Seat>, End> {
        let asked = api::visits::show(self.asker.clone(), Of(self.visit.clone()));
        let Ok(axum::Json(visit)) = asked.await else {
            return Err(self.over(Over::Refused));
        };
        let (Some(grant), Some((_, data))) = (visit.grant, self.desk.terminals.carrier()) else {
            return Err(self.over(Over::Refused));
        };
        let protocol = {
            let site = self.desk.engine.site();
            site.grant(&grant).map(|grant| grant.terms.protocol)
        };
        let protocol = protocol.ok_or_else(|| self.over(Over::Refused))?;
        let by = self.asker.by.clone();
        let sitting = Sitting {
            engine: self.desk.engine.clone(),
            by: by.clone(),
            wish: Wish {
                by,
                target: visit.target_name,
                grant,
                protocol,
                cells: hello.cells,
            },
            shell: visit.ssh.is_some_and(|terms| terms.shell),
            language: self.language,
        };
        let terminals = self.desk.terminals.clone();
        // On its own, so that a session that was opened is seated or closed, whoever has gone.
        let opening = data.spawn(async move {
            let seat = sit_down(&terminals, sitting).await?;
            place.sit(&seat);
            Ok::<_, Vec<wire::Said>>(seat)
        });
        match opening.await {
            Ok(Ok(seat)) => Ok(seat),
            Ok(Err(reasons)) => Err(End::Say(ToPage::Over {
                why: Over::Refused,
                text: messages::refused(self.language, &reasons),
            })),
            Err(_) => Err(self.over(Over::Refused)),
        }
    }

    /// Asked for each batch of what a page says (lessons L14, L36): the sign-in stands, on this
    /// connection, and it is who sat down. `active`: somebody typed, or was shown what a program says; a
    /// line that only stands keeps nobody signed in.
    fn may_go_on(&self, seat: &Seat, active: bool) -> bool {
        let by = self.desk.identify_browser(Some(&self.token), active);
        by.is_ok_and(|by| seat.is(&by))
    }
}

/// A line that stands.
struct Serving<'a> {
    comer: &'a Comer,
    attached: Attached,
    /// Up to which byte of output the page was sent it.
    sent: u64,
    /// Why what follows of a paste is refused like its beginning, if it is.
    refusing: Option<&'static str>,
    pace: Pace,
}

impl Serving<'_> {
    async fn run(&mut self, heard: &mut Heard, told: &mut Told) -> End {
        let mut ask = interval(ASK_EVERY);
        let mut state = interval(STATE_EVERY);
        for every in [&mut ask, &mut state] {
            every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let mut gone_at = Instant::now() + SILENT_FOR;
        let mut stood = None;
        let keyboard = self.attached.seat.keyboard().clone();
        loop {
            match self.attached.news(self.sent, MOST_UNSEEN, MOST_OUTPUT) {
                News::TakenOver => return self.comer.over(Over::TakenOver),
                News::Over(text) => {
                    let why = Over::Ended;
                    return End::Say(ToPage::Over { why, text });
                }
                News::Output(bytes, upto) => {
                    if told.say(&ToPage::Output(bytes)).await.is_err() {
                        return End::Gone;
                    }
                    self.sent = upto;
                }
                News::Nothing => {}
            }
            let said = tokio::select! {
                () = self.attached.changed(self.sent, MOST_UNSEEN) => Ok(()),
                batch = heard.next(), if keyboard.capacity() >= ROOM => {
                    gone_at = Instant::now() + SILENT_FOR;
                    match self.take(batch, told, &keyboard).await {
                        Some(end) => return end,
                        None => Ok(()),
                    }
                }
                _there_is_room = keyboard.reserve_many(ROOM), if keyboard.capacity() < ROOM => Ok(()),
                _ = state.tick() => self.say_state(told, &mut stood).await,
                _ = ask.tick() => {
                    if !self.comer.may_go_on(&self.attached.seat, false) {
                        return self.comer.over(Over::SignedOut);
                    }
                    told.ask().await
                }
                () = sleep_until(gone_at) => return End::Gone,
            };
            if said.is_err() {
                return End::Gone;
            }
        }
    }

    /// What a page said at once. Gives how the line ends with it, if it does.
    async fn take(
        &mut self,
        batch: Result<Batch, Lost>,
        told: &mut Told,
        keyboard: &mpsc::Sender<Typed>,
    ) -> Option<End> {
        let batch = match batch {
            Ok(batch) => batch,
            Err(Lost::Gone) => return Some(End::Gone),
            Err(Lost::Wrong(wrong)) => {
                tracing::debug!(wrong, "a page broke the protocol");
                return Some(self.comer.over(Over::Misbehaved));
            }
        };
        let active = !batch.messages.is_empty();
        if !self.comer.may_go_on(&self.attached.seat, active) {
            return Some(self.comer.over(Over::SignedOut));
        }
        let now = std::time::Instant::now();
        let said = batch.messages.len() + batch.pings.len();
        if (0..said).any(|_| !self.pace.allows(now)) {
            return Some(self.comer.over(Over::Misbehaved));
        }
        for ping in &batch.pings {
            if told.answer(ping).await.is_err() {
                return Some(End::Gone);
            }
        }
        let mut typed: Vec<Typed> = Vec::new();
        let mut refused = None;
        for message in batch.messages {
            match message {
                // A ticket is shown once.
                FromPage::Hello(_) => return Some(self.comer.over(Over::Misbehaved)),
                FromPage::Input(bytes) if !self.attached.seat.understands(&bytes) => {
                    return Some(self.comer.over(Over::Misbehaved));
                }
                FromPage::Input(bytes) => add(&mut typed, bytes),
                FromPage::Paste {
                    bytes,
                    bracketed,
                    more,
                } => {
                    let pasted = match self.refusing.take() {
                        Some(before) => Err(before),
                        None => self.attached.seat.pasted(bytes, bracketed),
                    };
                    match pasted {
                        Ok(keys) => add(&mut typed, keys),
                        Err(why) => {
                            refused = Some(why);
                            self.refusing = more.then_some(why);
                        }
                    }
                }
                FromPage::Resize(cells) => match typed.last_mut() {
                    Some(Typed::Size(before)) => *before = cells,
                    Some(Typed::Keys(_)) | None => typed.push(Typed::Size(cells)),
                },
                FromPage::Shown(upto) => self.attached.shown(upto, self.sent),
                FromPage::Leave => {
                    self.attached.leave();
                    return Some(self.comer.over(Over::Ended));
                }
            }
        }
        for typed in typed {
            // There was room for what one reading holds; a page that changes between keys and sizes
            // all the time waits here, and only it.
            if keyboard.send(typed).await.is_err() {
                break;
            }
        }
        if let Some(why) = refused {
            let text = phrases::say(self.comer.language, why, &[]);
            if told.say(&ToPage::Said(text)).await.is_err() {
                return Some(End::Gone);
            }
        }
        None
    }

    /// Tells how the session stands; between two changes once in ten seconds is enough for its clock.
    async fn say_state(
        &self,
        told: &mut Told,
        stood: &mut Option<(Passing, Instant)>,
    ) -> std::io::Result<()> {
        const AGAIN: Duration = Duration::from_secs(10);
        let live = self.attached.seat.live();
        let passing = match live.frozen() {
            None => Passing::Yes,
            Some(access::Frozen::Paused) => Passing::Paused,
            Some(access::Frozen::AwaitingAttendant) => Passing::AwaitingAttendant,
        };
        let now = Instant::now();
        let known = stood.is_some_and(|(before, at)| before == passing && now < at + AGAIN);
        if known {
            return Ok(());
        }
        *stood = Some((passing, now));
        let left = live.deadline().saturating_duration_since(now.into_std());
        let left = u32::try_from(left.as_secs()).unwrap_or(u32::MAX);
        told.say(&ToPage::State { left, passing }).await
    }
}

/// Room for what one reading of a page gives, as a rule: keys and a size.
const ROOM: usize = 4;

/// Keys behind what was typed before.
fn add(typed: &mut Vec<Typed>, keys: Vec<u8>) {
    match typed.last_mut() {
        Some(Typed::Keys(before)) => before.extend(keys),
        Some(Typed::Size(_)) | None => typed.push(Typed::Keys(keys)),
    }
}
