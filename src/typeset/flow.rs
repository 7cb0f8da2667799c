//! Slabs put on pages: what belongs together stays together, and a table's head stands on every page of it.

use std::{collections::HashMap, rc::Rc};

use super::layout::{Mark, Slab};

/// A page's text. Places are relative to the upper left corner of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) marks: Vec<Mark>,
    pub(super) grids: Vec<Grid>,
    /// It is the first page, or was begun on purpose.
    pub(super) begins_part: bool,
}

impl Page {
    fn of_part() -> Page {
        Page { begins_part: true, ..Page::default() }
    }
}

/// The number of each page and of how many it is one, in all or in its part.
pub(super) fn numbers(pages: &[Page], by_part: bool) -> Vec<(usize, usize)> {
    let parts = pages.chunk_by(|_, next| !(by_part && next.begins_part));
    parts.flat_map(|part| (1..=part.len()).map(|number| (number, part.len()))).collect()
}

/// Rows under one another with the same columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    pub(super) edges: Rc<[f32]>,
    /// The lines between the rows, from the upper edge of the first to the lower edge of the last.
    pub(super) rows: Vec<f32>,
}

/// Puts slabs on pages of a height, in points. There is always one page.
pub(super) fn pages(slabs: Vec<Slab>, height: f32) -> Vec<Page> {
    let heads: HashMap<usize, Slab> =
        slabs.iter().filter(|slab| slab.head_of_table).filter_map(|slab| Some((slab.table?, repeated(slab)))).collect();
    let mut book = Book { pages: vec![Page::of_part()], y: 0.0, empty: true, height };
    let mut waiting = slabs;
    waiting.reverse();
    while let Some(slab) = waiting.pop() {
        if slab.ends_page {
            if !book.empty {
                book.turn(None);
                if let Some(page) = book.pages.last_mut() {
                    page.begins_part = true;
                }
            }
            continue;
        }
        // A row that came over to a page is not the first thing there: the head of its table is.
        let head = slab.table.filter(|_| !slab.head_of_table).and_then(|table| heads.get(&table));
        let chain = slab.before + slab.height + chained(&slab, &waiting);
        if !book.empty && book.y + chain > book.height {
            let head_height = head.map_or(0.0, |head| head.height);
            let no_page_has_it = head_height + slab.height > book.height;
            let a_page_has_all = head_height + chain - slab.before <= book.height;
            // What is too long for any page begins where it is.
            if !no_page_has_it && (a_page_has_all || book.y + slab.before + slab.height > book.height) {
                book.turn(head);
            }
        }
        let room = book.height - book.y - if book.y > 0.0 { slab.before } else { 0.0 };
        if slab.height <= room {
            book.place(slab);
            continue;
        }
        match parted(slab, room) {
            Ok((upper, lower)) => {
                book.place(upper);
                waiting.push(lower);
            }
            Err(slab) if !book.empty => {
                book.turn(head);
                waiting.push(slab);
            }
            // Not one line of it fits on a page of its own: it overhangs, so that this comes to an end.
            Err(slab) => book.place(slab),
        }
    }
    book.pages
}

/// The height of what must stand on the page of a slab, below it.
fn chained(slab: &Slab, waiting: &[Slab]) -> f32 {
    let mut height = 0.0;
    let mut keep = slab.keep_with_next;
    for next in waiting.iter().rev() {
        if !keep {
            break;
        }
        height += next.before + next.height;
        keep = next.keep_with_next;
    }
    height
}

/// A table's head as it stands on later pages: read out once is enough.
fn repeated(head: &Slab) -> Slab {
    let mut head = head.clone();
    for mark in &mut head.marks {
        mark.node = None;
    }
    head
}

/// Parts a slab that is higher than the room there is, between lines.
fn parted(slab: Slab, room: f32) -> Result<(Slab, Slab), Slab> {
    let limit = room - slab.padding;
    if !slab.marks.iter().any(|mark| mark.bottom <= limit) || slab.marks.iter().all(|mark| mark.bottom <= limit) {
        return Err(slab);
    }
    let (upper, mut lower): (Vec<Mark>, Vec<Mark>) = slab.marks.iter().cloned().partition(|mark| mark.bottom <= limit);
    let first = lower.iter().map(|mark| mark.top).fold(f32::MAX, f32::min);
    let shift = first - slab.padding;
    for mark in &mut lower {
        mark.top -= shift;
        mark.bottom -= shift;
    }
    let end = |marks: &[Mark]| marks.iter().map(|mark| mark.bottom).fold(0.0, f32::max) + slab.padding;
    let (upper_height, lower_height) = (end(&upper), end(&lower));
    Ok((
        Slab { height: upper_height, marks: upper, keep_with_next: false, ..slab.clone() },
        Slab { before: 0.0, height: lower_height, marks: lower, ..slab },
    ))
}

struct Book {
    pages: Vec<Page>,
    y: f32,
    /// Whether nothing stands on the page yet, or only the repeated head of a table.
    empty: bool,
    height: f32,
}

impl Book {
    fn turn(&mut self, head: Option<&Slab>) {
        self.pages.push(Page::default());
        self.y = 0.0;
        if let Some(head) = head {
            self.place(head.clone());
        }
        self.empty = true;
    }

    fn place(&mut self, slab: Slab) {
        let Some(page) = self.pages.last_mut() else { return };
        if self.y > 0.0 {
            self.y += slab.before;
        }
        let y = self.y;
        let moved = |mark: Mark| Mark { top: mark.top + y, bottom: mark.bottom + y, ..mark };
        // What is nothing but space needs not stand at the head of a page.
        let seen = !slab.marks.is_empty() || slab.grid.is_some();
        page.marks.extend(slab.marks.into_iter().map(moved));
        if let Some(edges) = slab.grid {
            match page.grids.last_mut() {
                Some(grid) if grid.edges == edges && grid.rows.last() == Some(&y) => grid.rows.push(y + slab.height),
                _ => page.grids.push(Grid { edges, rows: vec![y, y + slab.height] }),
            }
        }
        if seen || self.y > 0.0 {
            self.y += slab.height;
        }
        self.empty &= !seen;
    }
}

impl Page {
    /// The text on it, line by line, for tests.
    #[cfg(test)]
    pub(super) fn text(&self) -> Vec<String> {
        let line = |mark: &Mark| match &mark.shape {
            super::layout::Shape::Line(line) => Some(line.parts.iter().map(|part| &*part.shaped.text).collect()),
            _ => None,
        };
        self.marks.iter().filter_map(line).collect()
    }
}
