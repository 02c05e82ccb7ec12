//! The data set day by day, as the stores count days.

use std::collections::HashMap;

use guanxi_kernel::BusinessDate;

use super::data::{Campaign, DataSet, Line, Redemption};

/// What happens on one day.
#[derive(Debug)]
pub(super) struct Day<'a> {
    pub date: BusinessDate,
    /// Lines of the day, by time.
    pub lines: &'a [Line],
    /// Campaigns that begin; on the first day also those that had begun before.
    pub campaigns: Vec<&'a Campaign>,
    pub redemptions: Vec<&'a Redemption>,
}

/// All days that have lines or redemptions, in order.
pub(super) fn days(data: &DataSet) -> Vec<Day<'_>> {
    let mut days: Vec<Day<'_>> = data
        .lines
        .chunk_by(|a, b| data.zone.business_date(a.at()) == data.zone.business_date(b.at()))
        .filter_map(|lines| {
            let date = data.zone.business_date(lines.first()?.at());
            Some(Day {
                date,
                lines,
                campaigns: Vec::new(),
                redemptions: Vec::new(),
            })
        })
        .collect();
    let index: HashMap<BusinessDate, usize> = days.iter().enumerate().map(|(n, day)| (day.date, n)).collect();
    for campaign in &data.campaigns {
        let at = days.iter().position(|day| day.date >= campaign.from);
        if let Some(day) = at.and_then(|at| days.get_mut(at)) {
            day.campaigns.push(campaign);
        }
    }
    for redemption in &data.redemptions {
        if let Some(day) = index.get(&redemption.day).and_then(|at| days.get_mut(*at)) {
            day.redemptions.push(redemption);
        }
    }
    days
}
