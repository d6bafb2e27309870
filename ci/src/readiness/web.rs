//! readiness.html: the report as one page that needs nothing else.

use std::fmt::Write as _;

use super::answer::{Answer, Report, Ruling, State};

/// The report as a page.
pub(super) fn render(report: &Report) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{target}: ready for a tier?</title>\n<style>\n{style}</style></head>\n<body><main>\n\
         <h1>How ready <code>{target}</code> is</h1>\n\
         <p class=\"facts\">{rustc} · sysroot <code>{sysroot}</code> · revision <code>{revision}</code> · <time>{date}</time></p>\n",
        target = report.target,
        style = include_str!("page.css"),
        rustc = escape(&report.rustc),
        sysroot = escape(&report.sysroot),
        revision = escape(&report.revision),
        date = report.date,
    );
    sums(&mut page, report);
    for tier in [3, 2] {
        let _ = write!(
            page,
            "<h2>Tier {tier}</h2>\n<table><thead><tr><th>State<th>What the policy asks<th>Answered by</thead><tbody>\n"
        );
        report
            .answers
            .iter()
            .filter(|answer| answer.requirement.tier == tier)
            .for_each(|answer| row(&mut page, answer));
        page.push_str("</tbody></table>\n");
    }
    page.push_str(
        "<h2>The checks</h2>\n<p>In commands, <code>$SYSROOT</code> is the directory of <code>cargo p3 env</code>’s \
         <code>RUSTC</code>, two up, and <code>$TMP</code> is an empty directory.</p>\n",
    );
    report.checks.iter().for_each(|ruling| check(&mut page, ruling));
    page.push_str("</main></body></html>\n");
    page
}

/// The bar and the figures of how many requirements stand how.
fn sums(page: &mut String, report: &Report) {
    const STATES: [State; 4] = [State::Green, State::Red, State::NotRun, State::Person];
    page.push_str("<div class=\"bar\" aria-hidden=\"true\">");
    for state in STATES {
        let _ = write!(page, "<span class=\"{}\" style=\"flex-grow:{}\"></span>", class(state), report.count(state));
    }
    page.push_str("</div>\n<ul class=\"sums\">");
    for state in STATES {
        let _ = write!(page, "<li class=\"{}\"><b>{}</b> {}</li>", class(state), report.count(state), state.word());
    }
    let _ = write!(
        page,
        "</ul>\n<p>of {} requirements. What is not run or a person’s is not answered.</p>\n",
        report.answers.len()
    );
}

fn row(page: &mut String, answer: &Answer) {
    let requirement = &answer.requirement;
    let _ = write!(
        page,
        "<tr id=\"{}\"><td><span class=\"mark {}\">{}</span><td>{}<br><a class=\"place\" href=\"{}\">{}</a><td>",
        requirement.id,
        class(answer.state),
        answer.state.word(),
        prose(&requirement.words),
        answer.link,
        escape(&requirement.place),
    );
    for check in &requirement.checks {
        let _ = write!(page, "<a href=\"#check-{0}\">{0}</a> ", check.name());
    }
    if let Some(words) = &requirement.person {
        let _ = write!(page, "<p class=\"person\">{}</p>", prose(words));
    }
    page.push('\n');
}

fn check(page: &mut String, ruling: &Ruling) {
    let open = if ruling.state == State::Red { " open" } else { "" };
    let when = match &ruling.why {
        Some(why) => escape(why),
        None => format!("{:.1} s", ruling.seconds),
    };
    let _ = writeln!(
        page,
        "<details id=\"check-{0}\"{open}><summary><span class=\"mark {1}\">{2}</span> <b>{0}</b> {3} <span class=\"when\">{when}</span></summary>",
        ruling.check.name(),
        class(ruling.state),
        ruling.state.word(),
        prose(&ruling.title),
    );
    if let Some(next) = ruling.next {
        let _ = writeln!(page, "<p class=\"next\"><b>What to do:</b> {}</p>", prose(next));
    }
    if !ruling.lines.is_empty() {
        page.push_str("<ul class=\"lines\">\n");
        for line in &ruling.lines {
            let _ = writeln!(
                page,
                "<li class=\"{}\">{}</li>",
                if line.holds { "holds" } else { "fails" },
                prose(&line.text)
            );
        }
        page.push_str("</ul>\n");
    }
    let _ = write!(page, "<pre>{}", escape(&ruling.repeat));
    for ran in &ruling.commands {
        let failed = if ran.succeeded { "" } else { ", not successful" };
        let _ = write!(page, "\n{} <i># {:.1} s{failed}</i>", escape(&ran.command), ran.seconds);
    }
    page.push_str("</pre></details>\n");
}

fn class(state: State) -> &'static str {
    match state {
        State::Green => "green",
        State::Red => "red",
        State::NotRun => "not-run",
        State::Person => "person",
    }
}

/// Text with `code` in it.
fn prose(text: &str) -> String {
    let parts = escape(text);
    let mut html = String::new();
    for (index, part) in parts.split('`').enumerate() {
        if index % 2 == 1 {
            let _ = write!(html, "<code>{part}</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(prose("a `Vec<u8>` & b"), "a <code>Vec&lt;u8&gt;</code> &amp; b");
    }
}
