//! What people do: engineers ask, clerks answer, take away, give back, attend. Whoever is told "done" is
//! told so for good.

use std::sync::Arc;

use access::*;
use ids::{GrantId, RequestId, SessionId};
use login::Identity;

use crate::casting::Known;
use crate::gateway::Gateway;
use crate::mutations::Mutation;
use crate::plan::{Act, What};
use crate::world::World;

impl World {
    fn identity(&self, gateway: &Gateway, known: &Known) -> Option<Identity> {
        let key = known.device.as_ref().map(|(_, key)| key);
        let connection = gateway
            .engine
            .connection(key, Some(known.source), known.door);
        gateway
            .engine
            .identify(Some(&known.token), &connection)
            .ok()
    }

    fn request(&self, back: usize) -> Option<RequestId> {
        self.model().request(back)
    }

    fn session(&self, back: usize) -> Option<SessionId> {
        self.model().sessions.keys().rev().nth(back).cloned()
    }

    fn subject(&self, what: What) -> Subject {
        let cast = self.cast;
        match what {
            What::Vendor(n) => Subject::Vendor(cast.vendors[n].clone()),
            What::Engineer(n) => Subject::Person(cast.engineers[n].id.clone()),
            What::Device(n) => {
                let (device, _) = cast.engineers[n].device.clone().unwrap();
                Subject::Device(device)
            }
            What::Target(n) => Subject::Target(cast.targets[n].clone()),
            What::Clerk(n) => Subject::Person(cast.clerks[n].id.clone()),
        }
    }

    /// Somebody does something, and hears what became of it.
    pub(crate) async fn somebody_does(self: Arc<Self>, act: Act) {
        let (engineer, clerk) = match &act {
            Act::Ask { engineer, .. } => (*engineer, 0),
            Act::Extend { request, .. } | Act::TakeBack { request } => {
                let Some(of) = self.whose(*request) else {
                    return;
                };
                (of, 0)
            }
            Act::Approve { clerk, .. }
            | Act::Refuse { clerk, .. }
            | Act::Emergency { clerk, .. }
            | Act::Suspend { clerk, .. }
            | Act::Resume { clerk, .. }
            | Act::Withdraw { clerk, .. }
            | Act::Isolate { clerk }
            | Act::Lift { clerk }
            | Act::Attend { clerk, .. }
            | Act::Leave { clerk }
            | Act::Pause { clerk, .. }
            | Act::Continue { clerk, .. }
            | Act::End { clerk, .. } => (usize::MAX, *clerk),
            _ => return,
        };
        let Some(gateway) = self.up() else { return };
        let known = match self.cast.engineers.get(engineer) {
            Some(known) => known,
            None => &self.cast.clerks[clerk],
        };
        let Some(by) = self.identity(&gateway, known) else {
            return self.tell(format!("{} is signed out", known.id));
        };
        let after = self.model().entries.len();
        let said = self.does(&gateway, (clerk, &by), &act, after).await;
        let heard = match said {
            _ if !gateway.is_alive() => "nobody answers".to_owned(),
            None => return,
            Some(Ok(())) => "done".to_owned(),
            Some(Err(refusal)) => {
                let reasons: Vec<_> = refusal.reasons.iter().map(Reason::id).collect();
                format!("{reasons:?}")
            }
        };
        self.tell(format!("{} {act:?}: {heard}", known.id));
    }

    fn whose(&self, request: usize) -> Option<usize> {
        let request = self.request(request)?;
        let person = self.model().requester(&request)?;
        self.cast
            .engineers
            .iter()
            .position(|known| known.id == person)
    }

    async fn does(
        &self,
        gateway: &Gateway,
        (clerk, by): (usize, &Identity),
        act: &Act,
        after: usize,
    ) -> Option<Result<(), Refusal>> {
        let engine = &gateway.engine;
        let said = match act {
            Act::Suspend { what, .. } => {
                let subject = self.subject(*what);
                self.suspends(gateway, by, subject, after).await
            }
            Act::Withdraw { request, .. } => {
                let grant = GrantId::new(engine.id(), self.request(*request)?.number());
                let subject = Subject::Grant(grant);
                self.suspends(gateway, by, subject, after).await
            }
            Act::Isolate { .. } => {
                let isolated = engine.isolate(by, "suspicious").await;
                if isolated.is_ok() && gateway.is_alive() {
                    self.model().isolated_in_memory = true;
                }
                let entered = isolated.as_ref().is_ok_and(|isolated| isolated.entered);
                if entered && gateway.is_alive() {
                    self.promise("an isolation", after, |event| {
                        matches!(event, Event::Isolated { .. })
                    });
                }
                isolated.map(drop)
            }
            Act::Lift { .. } => {
                let lifted = engine.lift(by, LiftWay::Agree, None, None).await;
                if lifted.is_ok() && gateway.is_alive() {
                    self.promise("agreeing to lift", after, |event| {
                        matches!(event, Event::LiftAgreed { .. } | Event::Lifted { .. })
                    });
                }
                lifted.map(drop)
            }
            Act::Attend { session, .. } => {
                let attends = engine.attend(by, &self.session(*session)?).await;
                attends.map(|attendance| {
                    if gateway.is_alive() {
                        self.attendances.lock().unwrap().push((clerk, attendance));
                    }
                })
            }
            Act::Leave { .. } => {
                let mut all = self.attendances.lock().unwrap();
                all.retain(|(by, _)| *by != clerk);
                Ok(())
            }
            Act::Pause { session, .. } => {
                let session = self.session(*session)?;
                let paused = engine.pause(by, &session).await;
                if paused.is_ok() && gateway.is_alive() {
                    self.model().paused(&session, after);
                }
                paused
            }
            Act::Continue { session, .. } => {
                let session = self.session(*session)?;
                engine.continue_session(by, &session).await
            }
            Act::End { session, .. } => {
                let session = self.session(*session)?;
                let ended = engine.end_session(by, &session).await;
                if ended.is_ok() && gateway.is_alive() {
                    self.model().told_ended.insert(session);
                }
                ended
            }
            _ => self.submits(gateway, by, act, after).await?,
        };
        Some(said)
    }

    /// Suspends something, or withdraws a grant.
    async fn suspends(
        &self,
        gateway: &Gateway,
        by: &Identity,
        subject: Subject,
        after: usize,
    ) -> Result<(), Refusal> {
        let forgets = self.mutation == Mutation::ForgetsSuspensions;
        let suspended = if forgets {
            Ok(())
        } else {
            gateway.engine.suspend(by, subject.clone(), "lost").await
        };
        if !gateway.is_alive() {
            return suspended;
        }
        match &suspended {
            Ok(()) => self.promise(
                format!("{subject:?} out"),
                after,
                move |event| match event {
                    Event::Suspended { subject: out, .. } => *out == subject,
                    Event::GrantWithdrawn { grant, .. } => Subject::Grant(grant.clone()) == subject,
                    _ => false,
                },
            ),
            // What could not be entered isolates the site.
            Err(_) if gateway.engine.live().is_isolated() => {
                self.model().isolated_in_memory = true;
            }
            Err(_) => {}
        }
        suspended
    }

    /// Everything that is one command.
    async fn submits(
        &self,
        gateway: &Gateway,
        by: &Identity,
        act: &Act,
        after: usize,
    ) -> Option<Result<(), Refusal>> {
        let command = match self.command(gateway, act)? {
            Ok(command) => command,
            Err(refusal) => return Some(Err(refusal)),
        };
        if self.mutation == Mutation::AnswersEarly {
            let asked = command.clone();
            let site = gateway.engine.site();
            let decided = decide(&site, by.caller(), asked, self.clocks.wall());
            drop(site);
            if let Ok(decided) = decided {
                self.answered(act, &decided.outcome, after);
            }
        }
        let outcome = gateway.engine.submit(by, command).await;
        if let Ok(outcome) = &outcome
            && gateway.is_alive()
        {
            self.answered(act, outcome, after);
        }
        Some(outcome.map(drop))
    }

    /// What an answer promises.
    fn answered(&self, act: &Act, outcome: &Outcome, after: usize) {
        let promised = act.clone();
        let (request, grant) = match outcome {
            Outcome::Requested { request, .. } => (Some(request.clone()), None),
            Outcome::Granted { grant, .. } => (None, Some(grant.clone())),
            _ => (None, None),
        };
        self.promise(
            format!("{act:?}: {outcome:?}"),
            after,
            move |event| match (&promised, event) {
                (
                    Act::Ask { .. },
                    Event::VisitRequested {
                        request: entered, ..
                    },
                )
                | (
                    Act::Extend { .. },
                    Event::ExtensionRequested {
                        request: entered, ..
                    },
                ) => request.as_ref() == Some(entered),
                (Act::Approve { .. }, Event::ApprovalGranted { grant: given, .. })
                | (Act::Emergency { .. }, Event::EmergencyOpened { grant: given, .. }) => {
                    grant.as_ref() == Some(given)
                }
                (Act::Approve { .. }, Event::ApprovalGiven { .. } | Event::DebtAnswered { .. }) => {
                    grant.is_none()
                }
                (Act::TakeBack { .. }, Event::RequestWithdrawn { .. })
                | (Act::Refuse { .. }, Event::RequestRefused { .. } | Event::DebtAnswered { .. })
                | (Act::Resume { .. }, Event::Resumed { .. }) => true,
                _ => false,
            },
        );
    }

    fn command(&self, gateway: &Gateway, act: &Act) -> Option<Result<Command, Refusal>> {
        let engine = &gateway.engine;
        let text = |label: &str| engine.commit(label, "text", None);
        let command = match act {
            Act::Ask {
                target,
                seconds,
                once,
                ..
            } => self.visit(gateway, *target, *seconds, *once),
            Act::Extend { request, seconds } => {
                let request = self.request(*request)?;
                let (visit, until) = self.model().visit_and_end(&request)?;
                let until = until.plus(std::time::Duration::from_secs(*seconds));
                Ok(Command::RequestExtension { visit, until })
            }
            Act::TakeBack { request } => Ok(Command::WithdrawRequest {
                request: self.request(*request)?,
            }),
            Act::Approve {
                request, narrow, ..
            } => {
                let request = self.request(*request)?;
                let narrower = self.model().half(&request).filter(|_| *narrow);
                Ok(Command::ApproveRequest {
                    request,
                    conditions: None,
                    narrower,
                    ssh: None,
                    database: None,
                    web: None,
                    desktop: None,
                })
            }
            Act::Refuse { request, .. } => {
                let request = self.request(*request)?;
                text("refusal").map(|reason| Command::RefuseRequest { request, reason })
            }
            Act::Emergency { request, .. } => Ok(Command::OpenEmergency {
                request: self.request(*request)?,
                way: EmergencyWay::Duty,
            }),
            Act::Resume { what, .. } => Ok(Command::Resume {
                subject: self.subject(*what),
            }),
            _ => return None,
        };
        Some(command)
    }

    fn visit(
        &self,
        gateway: &Gateway,
        target: usize,
        seconds: u64,
        once: bool,
    ) -> Result<Command, Refusal> {
        let engine = &gateway.engine;
        let text = |label: &str| engine.commit(label, "text", None);
        let from = engine.now();
        let until = from.plus(std::time::Duration::from_secs(seconds));
        Ok(Command::RequestVisit(Box::new(NewVisit {
            target: self.cast.targets[target].clone(),
            window: Window { from, until },
            purpose: text("purpose")?,
            kind: KindOfWork::Inspection,
            plan: engine.keep_blob(b"plan")?,
            plan_name: text("plan-name")?,
            contact: text("contact")?,
            privileged: false,
            care: CareImpact::None,
            patients: PatientData::None,
            files: Vec::new(),
            attended: false,
            sub_contractor: None,
            sessions: if once {
                Sessions::Once
            } else {
                Sessions::AtOnce(2)
            },
            ssh: None,
            database: None,
            web: None,
            desktop: None,
        })))
    }
}
