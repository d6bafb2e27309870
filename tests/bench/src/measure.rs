//! Rounds of runs, the sides taking turns: what disturbs the machine disturbs all sides alike.

use anyhow::{Context, Result};
use serde::Serialize;

use crate::place::Place;
use crate::row::{Row, Run, Table};
use crate::side::{self, Side};
use crate::stage::{Figures, Stage};
use crate::statistics::Summary;

/// What one row came to.
#[derive(Serialize)]
pub(crate) struct Measurement {
    pub(crate) row: Row,
    /// Why it should not run on the target.
    expected_failure: Option<String>,
    /// Native first.
    pub(crate) sides: Vec<Measured>,
}

/// One side of one row.
#[derive(Serialize)]
pub(crate) struct Measured {
    pub(crate) side: &'static str,
    /// One value for each round.
    pub(crate) values: Vec<f64>,
    /// In the unit of the row's title; `None` if a round failed.
    pub(crate) figure: Option<Summary>,
    /// To the native run of the same round; to the other figure of the same run, if the row is `of` one.
    pub(crate) ratio: Option<Summary>,
    /// Why there is nothing.
    pub(crate) failure: Option<String>,
}

impl Measurement {
    /// A run that failed and should not have, or the reverse.
    pub(crate) fn complaint(&self) -> Option<String> {
        let name = &self.row.name;
        let (native, others) = self.sides.split_first()?;
        if let Some(failure) = &native.failure {
            return Some(format!("{name}, native: {failure}"));
        }
        let failed = others.iter().find_map(|side| Some((side.side, side.failure.as_ref()?)));
        match (failed, &self.expected_failure) {
            (Some((side, failure)), None) => Some(format!("{name}, {side}: {failure}")),
            (None, Some(reason))
                if others.iter().any(|side| side.side == side::WASMTIME || side.side == side::ABORT) =>
            {
                Some(format!("{name} runs, although tests/bench/rows.toml says: {reason}"))
            }
            _ => None,
        }
    }

    /// The side of this name, if it was there.
    pub(crate) fn side(&self, name: &str) -> Option<&Measured> {
        self.sides.iter().find(|side| side.side == name)
    }

    /// Whether the promises of the row hold; `None` if there is none or nothing was measured.
    pub(crate) fn kept(&self) -> Option<bool> {
        // A promise is written with two digits at most, and so is held.
        let holds = |found: Summary, at_most: f64| (found.median * 100.0).round() / 100.0 <= at_most;
        let side = self.sides.get(1)?;
        let ratio = side.ratio.zip(self.row.at_most).map(|(ratio, at_most)| holds(ratio, at_most));
        let figure = side.figure.zip(self.row.figure_at_most).map(|(figure, at_most)| holds(figure, at_most));
        [ratio, figure].into_iter().flatten().reduce(|one, other| one && other)
    }

    /// Whether the row takes as good as no more than the calls of the host in it.
    pub(crate) fn at_floor(&self) -> bool {
        let ratio = |side: Option<&Measured>| side.and_then(|side| side.ratio).map(|ratio| ratio.median);
        match (ratio(self.sides.get(1)), ratio(self.side(side::FLOOR))) {
            (Some(ours), Some(floor)) => ours <= floor * AT_FLOOR,
            _ => false,
        }
    }
}

/// How far above its floor a row may lie and still count as being at it: what layers that check and keep count may cost.
const AT_FLOOR: f64 = 1.1;

/// Measures every row of the table.
pub(crate) fn measure(
    place: &Place,
    table: &Table,
    sides: &[Side],
    quick: bool,
    rounds: usize,
) -> Result<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for run in &table.runs {
        let names: Vec<_> = run.rows.iter().map(|row| &*row.name).collect();
        eprintln!("  {}", names.join(", "));
        let sides: Vec<&Side> = sides.iter().filter(|side| side.has(run)).collect();
        let taken = take(place, run, &sides, quick, rounds).with_context(|| run.program.clone())?;
        measurements.extend(run.rows.iter().map(|row| sum_up(run, row, &sides, &taken)));
    }
    Ok(measurements)
}

/// One side's rounds of a program, or why there are none.
pub(crate) type Taken = std::result::Result<Vec<Figures>, String>;

/// Rounds of one program, the sides taking turns.
pub(crate) fn take(place: &Place, run: &Run, sides: &[&Side], quick: bool, rounds: usize) -> Result<Vec<Taken>> {
    for side in sides {
        side.prepare(place, &run.program)?;
    }
    let stage = Stage::set(place, run, quick, sides[0])?;
    let mut taken: Vec<Taken> = sides.iter().map(|_| Ok(Vec::new())).collect();
    for round in 0..rounds {
        // Each round begins with another side, so that none always follows the same one.
        for turn in 0..sides.len() {
            let index = (round + turn) % sides.len();
            if let Ok(figures) = &mut taken[index] {
                match stage.take(sides[index], round) {
                    Ok(run) => figures.push(run),
                    Err(error) => taken[index] = Err(format!("{error:#}")),
                }
            }
        }
    }
    Ok(taken)
}

fn sum_up(run: &Run, row: &Row, sides: &[&Side], taken: &[Taken]) -> Measurement {
    let native = values(run, &row.figure, &taken[0]).ok();
    let measured = |(side, taken): (&&Side, &Taken)| match values(run, &row.figure, taken).and_then(|figures| {
        let of = row.of.as_ref().map(|of| values(run, of, taken)).transpose()?;
        Ok((figures, of))
    }) {
        Ok((values, of)) => {
            let to = |others: &Vec<f64>| {
                let ratios: Vec<f64> = values.iter().zip(others).map(|(one, other)| one / other).collect();
                Summary::of(&ratios)
            };
            let (figure, ratio) = (Some(Summary::of(&values)), of.as_ref().or(native.as_ref()).map(to));
            Measured { side: side.name(), figure, ratio, values, failure: None }
        }
        Err(failure) => {
            Measured { side: side.name(), values: Vec::new(), figure: None, ratio: None, failure: Some(failure) }
        }
    };
    // A floor may stand for some of a program's rows only.
    let has = |(side, taken): &(&&Side, &Taken)| side.name() != side::FLOOR || reports(row, taken);
    let sides = sides.iter().zip(taken).filter(has).map(measured).collect();
    Measurement { row: row.clone(), expected_failure: run.fails.clone(), sides }
}

/// Whether the rounds that went well hold the row's figure.
fn reports(row: &Row, taken: &Taken) -> bool {
    taken.as_ref().map_or(true, |rounds| rounds.iter().all(|figures| figures.contains_key(&row.figure)))
}

/// A figure in every round.
pub(crate) fn values(run: &Run, figure: &str, taken: &Taken) -> std::result::Result<Vec<f64>, String> {
    let rounds = taken.as_ref().map_err(Clone::clone)?;
    let missing = || format!("{} reports no figure {figure}", run.program);
    rounds.iter().map(|figures| figures.get(figure).copied().ok_or_else(missing)).collect()
}
