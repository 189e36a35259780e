//! The rows of SSH sessions.

use std::fmt::Write as _;

use super::client::{Who, Work};
use super::{Felt, Moved};
use crate::figures::median;
use crate::options::Options;
use crate::table::{Goal, Row, Table, shown};

pub(super) fn rows(options: &Options, moved: &[Moved], felt: &[Felt], table: &mut Table) {
    let (moved, felt) = (Transfers(moved), Feelings(felt));
    for work in [Work::Get, Work::Put] {
        let gateway = |sample: &Moved| sample.gateway;
        let what = "gateway CPU-s/GB, recorded";
        for ours in [Who::Listening, Who::Relayed] {
            let row = moved.row(what, work, ours, Who::Forward, gateway);
            table.push(row.goal(Goal::Times(2.0)));
        }
        for (ours, to) in [(Who::Listening, Who::Forward), (Who::Relayed, Who::Jump)] {
            table.push(moved.row("MB/s", work, ours, to, |sample| sample.megabytes_per_second));
        }
        let what = "gateway, relay and client CPU-s/GB";
        let all = |sample: &Moved| sample.gateway + sample.relay + sample.client;
        table.push(moved.row(what, work, Who::Relayed, Who::Jump, all));
    }
    for work in [Work::SftpGet, Work::SftpPut] {
        let what = format!("{} GB at the defaults, MB/s", gigabytes(options.sftp_bytes));
        let rate = |sample: &Moved| sample.megabytes_per_second;
        let row = moved.row(&what, work, Who::Relayed, Who::Jump, rate);
        table.push(row.goal(Goal::TimesAtLeast(0.8)));
        let what = "gateway, relay and client CPU-s/GB";
        let all = |sample: &Moved| sample.gateway + sample.relay + sample.client;
        table.push(moved.row(what, work, Who::Relayed, Who::Jump, all));
    }
    let opening = |ours, to| {
        let what = "opening, `ssh … true`, p50, ms";
        felt.row(what, ours, to, |sample| sample.opening_p50)
    };
    table.push(opening(Who::Listening, Who::Direct).goal(Goal::Times(1.05)));
    table.push(opening(Who::Relayed, Who::Direct));
    table.push(opening(Who::Relayed, Who::Jump));
    for ours in [Who::Listening, Who::Relayed] {
        let spent = felt.of(ours, |sample| sample.opening_gateway);
        let row = Row::new(format!("opening, gateway CPU, ms: {ours}")).ours(spent);
        table.push(row.goal(Goal::Most(15.0)));
    }
    let what = "64-byte echo by cat, p50, µs";
    let echo = |ours, to| felt.row(what, ours, to, |sample| sample.echo_p50);
    table.push(echo(Who::Relayed, Who::Jump).goal(Goal::Times(1.0)));
    table.push(echo(Who::Listening, Who::Direct));
    details(&moved, &felt, table);
}

fn gigabytes(bytes: u64) -> String {
    shown(crate::bulk::in_gigabytes(bytes))
}

fn details(moved: &Transfers<'_>, felt: &Feelings<'_>, table: &mut Table) {
    let mut text = "| ssh | what | MB/s | gateway CPU-s/GB | of it in line | relay | client |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    let everybody = [Who::Listening, Who::Relayed, Who::Jump, Who::Forward];
    for work in [Work::Get, Work::Put, Work::SftpGet, Work::SftpPut] {
        for who in everybody.into_iter().filter(|who| moved.has(*who, work)) {
            let figures: [fn(&Moved) -> f64; 5] = [
                |sample| sample.megabytes_per_second,
                |sample| sample.gateway,
                |sample| sample.in_line,
                |sample| sample.relay,
                |sample| sample.client,
            ];
            let shown = figures.map(|figure| shown(moved.of(who, work, figure)));
            // Writing to a String does not fail.
            let _ = writeln!(text, "| {who} | {} | {} |", work.name(), shown.join(" | "));
        }
    }
    text.push_str(
        "\nBehind sekisho the same sshd serves as behind `ssh -J`; it stands as the gateway of the \
         latter, and is not in the figures of the former.\n\n\
         | ssh | echo p50 µs | echo p90 µs | opening p50 ms | opening p90 ms | opening, gateway CPU ms |\n\
         |---|---|---|---|---|---|\n",
    );
    for who in [Who::Listening, Who::Relayed, Who::Direct, Who::Jump] {
        let figures: [fn(&Felt) -> f64; 5] = [
            |sample| sample.echo_p50,
            |sample| sample.echo_p90,
            |sample| sample.opening_p50,
            |sample| sample.opening_p90,
            |sample| sample.opening_gateway,
        ];
        let shown = figures.map(|figure| shown(felt.of(who, figure)));
        let _ = writeln!(text, "| {who} | {} |", shown.join(" | "));
    }
    table.detail(text);
}

struct Transfers<'a>(&'a [Moved]);

impl Transfers<'_> {
    fn has(&self, who: Who, work: Work) -> bool {
        let mut all = self.0.iter();
        all.any(|sample| (sample.who, sample.work) == (who, work))
    }

    fn of(&self, who: Who, work: Work, figure: impl Fn(&Moved) -> f64) -> f64 {
        let wanted = |sample: &&Moved| (sample.who, sample.work) == (who, work);
        median(self.0.iter().filter(wanted).map(figure))
    }

    fn row(
        &self,
        what: &str,
        work: Work,
        ours: Who,
        to: Who,
        figure: impl Fn(&Moved) -> f64,
    ) -> Row {
        Row::new(format!("{}, {what}: {ours}, to {to}", work.name()))
            .ours(self.of(ours, work, &figure))
            .reference(self.of(to, work, &figure))
    }
}

struct Feelings<'a>(&'a [Felt]);

impl Feelings<'_> {
    fn of(&self, who: Who, figure: impl Fn(&Felt) -> f64) -> f64 {
        let wanted = |sample: &&Felt| sample.who == who;
        median(self.0.iter().filter(wanted).map(figure))
    }

    fn row(&self, what: &str, ours: Who, to: Who, figure: impl Fn(&Felt) -> f64) -> Row {
        Row::new(format!("{what}: {ours}, to {to}"))
            .ours(self.of(ours, &figure))
            .reference(self.of(to, &figure))
    }
}
