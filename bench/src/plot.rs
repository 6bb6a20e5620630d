//! The figures as SVG, drawn for light and dark pages alike.

use std::{
    fmt::{self, Write},
    path::Path,
};

use crate::{
    error::{Error, Result},
    report::{Report, ScenarioReport},
};

/// Width of a drawing.
const WIDTH: f64 = 760.0;
/// Where bars begin and the longest ends; names stand to the left, figures to the right.
const BARS: (f64, f64) = (230.0, 680.0);
/// Height of one bar with its distance to the next.
const ROW: f64 = 26.0;
/// Height of a bar.
const BAR: f64 = 16.0;
/// Room above the first bar.
const TOP: f64 = 56.0;
/// Colours by page, so that the drawing is readable on both.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600;font-size:15px}\
.note{fill:#59636e}.bar{fill:#2f6f9f}.noise{stroke:#1f2328;stroke-width:1.5}.line{stroke:#8c959f;stroke-dasharray:3 3}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.note{fill:#9198a1}.bar{fill:#58a6d6}.noise{stroke:#f0f6fc}\
.line{stroke:#6e7681}}";

/// One bar.
struct Bar {
    name: String,
    value: f64,
    low: f64,
    high: f64,
}

/// A drawing of bars.
struct Chart {
    title: &'static str,
    note: String,
    /// A value that is marked by a line.
    mark: f64,
    bars: Vec<Bar>,
}

/// Draws what the report has figures for: the ratios, the growth and the peer, each into a file of that name.
pub(crate) fn write(report: &Report, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(Error::io(format!("cannot make {}", folder.display())))?;
    let note = report.setting();
    let ratio = |title, scenarios: &[ScenarioReport]| Chart {
        title,
        note: note.clone(),
        mark: 1.0,
        bars: scenarios.iter().map(|scenario| ratio_bar(scenario, report.connections.len() > 1)).collect(),
    };
    let peer = Chart {
        title: "Requests a second, times those of the peer",
        note: format!("{}; {note}", report.peer.as_deref().unwrap_or_default()),
        mark: 1.0,
        bars: report.scenarios.iter().filter_map(peer_bar).collect(),
    };
    let charts = [
        ("ratios.svg", ratio("Requests a second, as a part of the floor's", &report.scenarios)),
        ("growth.svg", ratio("The same as the data grows", &report.growth)),
        ("peer.svg", peer),
    ];
    for (name, chart) in charts.iter().filter(|(_, chart)| !chart.bars.is_empty()) {
        let path = folder.join(name);
        let written = std::fs::write(&path, chart.to_string());
        written.map_err(Error::io(format!("cannot write {}", path.display())))?;
    }
    Ok(())
}

fn ratio_bar(scenario: &ScenarioReport, with_connections: bool) -> Bar {
    let at = if with_connections { format!(" at {}", scenario.connections) } else { String::new() };
    Bar {
        name: format!("{}{at}", scenario.name),
        value: scenario.ratio,
        low: scenario.ratio_min,
        high: scenario.ratio_max,
    }
}

fn peer_bar(scenario: &ScenarioReport) -> Option<Bar> {
    let times = scenario.peer.as_ref()?.times;
    Some(Bar { name: scenario.name.clone(), value: times.median, low: times.min, high: times.max })
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let highest = self.bars.iter().map(|bar| bar.high).fold(self.mark, f64::max);
        let x = |value: f64| BARS.0 + (BARS.1 - BARS.0) * value / highest;
        let mut rows = String::new();
        let mut y = TOP;
        for bar in &self.bars {
            bar.write(&mut rows, y, x)?;
            y += ROW;
        }
        let height = y + 10.0;
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" role=\"img\" aria-label=\"{}\">",
            self.title
        )?;
        writeln!(f, "<style>{STYLE}</style>")?;
        writeln!(f, "<text class=\"title\" x=\"10\" y=\"22\">{}</text>", self.title)?;
        writeln!(f, "<text class=\"note\" x=\"10\" y=\"42\">{}</text>", escape(&self.note))?;
        let mark = x(self.mark);
        writeln!(f, "<line class=\"line\" x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"{TOP}\" y2=\"{y}\"/>")?;
        writeln!(f, "{rows}</svg>")
    }
}

impl Bar {
    /// Writes name, bar, figure, and a line from the lowest to the highest round.
    fn write(&self, rows: &mut String, y: f64, x: impl Fn(f64) -> f64) -> fmt::Result {
        let (text, middle) = (y + BAR - 3.0, y + BAR / 2.0);
        let (name, end, high) = (escape(&self.name), x(self.value), x(self.high));
        writeln!(rows, "<text x=\"{:.1}\" y=\"{text:.1}\" text-anchor=\"end\">{name}</text>", BARS.0 - 10.0)?;
        writeln!(
            rows,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{BAR}\" rx=\"2\"/>",
            BARS.0,
            end - BARS.0
        )?;
        writeln!(
            rows,
            "<line class=\"noise\" x1=\"{:.1}\" x2=\"{high:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
            x(self.low)
        )?;
        let figure =
            if self.value < 10.0 { format!("{:.2}", self.value) } else { format!("{:.0}", self.value) };
        writeln!(rows, "<text x=\"{:.1}\" y=\"{text:.1}\">{figure}</text>", high.max(end) + 8.0)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn a_report_is_drawn_with_a_bar_for_each_scenario() {
        let folder = tempfile::tempdir().unwrap();

        write(&example(), folder.path()).unwrap();

        let drawing = std::fs::read_to_string(folder.path().join("ratios.svg")).unwrap();
        assert!(drawing.starts_with("<svg ") && drawing.ends_with("</svg>\n"), "{drawing}");
        assert_eq!(drawing.matches("<rect ").count(), 1);
        assert!(drawing.contains(">get-one<") && drawing.contains(">0.50<"), "{drawing}");
        assert!(drawing.contains("prefers-color-scheme:dark"), "{drawing}");
        assert!(!folder.path().join("growth.svg").exists(), "nothing grew");
    }

    #[test]
    fn names_are_written_as_text() {
        let mut report = example();
        report.cpu_model = "<b>&".to_owned();
        let folder = tempfile::tempdir().unwrap();

        write(&report, folder.path()).unwrap();

        let drawing = std::fs::read_to_string(folder.path().join("ratios.svg")).unwrap();
        assert!(drawing.contains("&lt;b&gt;&amp;"), "{drawing}");
    }
}
