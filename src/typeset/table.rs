//! Tables: the widths of their columns, and each row as a slab with its grid.

use std::{num::NonZeroU32, rc::Rc};

use super::{
    Align, Cell, Column, Emphasis, Look, Row, RowKind, Run, Style, Table, Width,
    font::Typeface,
    layout::{Mark, NodeId, Role, Shape, Slab, Structure},
    line, mm,
};

/// Between a cell's border and its text, in points.
const PADDING_X: f32 = mm(1.2);
const PADDING_Y: f32 = mm(0.8);

/// A table's rows, its head first.
pub(super) fn slabs(
    typeface: &mut Typeface,
    structure: &mut Structure,
    table: &Table,
    id: usize,
    width: f32,
) -> Vec<Slab> {
    let Table { columns, rows } = table;
    let widths = Width::resolve(columns.iter().map(|column| column.width), width);
    let node = structure.add(None, Role::Table);
    let (head_node, body_node) =
        (structure.add(Some(node), Role::TableHead), structure.add(Some(node), Role::TableBody));
    let mut setting = Setting { typeface, structure, columns, widths: &widths, table: id };

    let head_cells: Vec<Cell> = columns.iter().map(|column| Cell::new(&*column.head)).collect();
    let mut head = setting.row(head_node, &head_cells, Style::CellHead, true);
    head.head_of_table = true;
    head.keep_with_next = true;
    let mut slabs = vec![head];
    for (at, Row { kind, cells }) in rows.iter().enumerate() {
        let style = if *kind == RowKind::Plain { Style::Cell } else { Style::CellGroup };
        let mut slab = setting.row(body_node, cells, style, false);
        // Neither the first row nor the last stands on a page alone.
        let lonely = at == 0 || at + 2 == rows.len();
        let last = at + 1 == rows.len();
        slab.keep_with_next = !last && (*kind == RowKind::Group || lonely);
        slabs.push(slab);
    }
    // A sum stays with what it sums up.
    for at in 1..rows.len() {
        if rows.get(at).is_some_and(|row| row.kind == RowKind::Total)
            && let Some(above) = slabs.get_mut(at)
        {
            above.keep_with_next = true;
        }
    }
    slabs
}

struct Setting<'a> {
    typeface: &'a mut Typeface,
    structure: &'a mut Structure,
    columns: &'a [Column],
    widths: &'a [f32],
    table: usize,
}

impl Setting<'_> {
    fn row(&mut self, parent: NodeId, cells: &[Cell], style: Style, head: bool) -> Slab {
        let node = self.structure.add(Some(parent), Role::Row);
        let mut slab = Slab { table: Some(self.table), padding: PADDING_Y, ..Slab::default() };
        let mut edges = vec![0.0];
        let (mut column, mut left, mut height) = (0, 0.0_f32, 0.0_f32);
        for cell in cells {
            let span = cell.span.max(1);
            let widths = self.widths.iter().skip(column).take(span);
            let width: f32 = widths.sum();
            let role = match (head, NonZeroU32::new(u32::try_from(span).unwrap_or(1)).filter(|span| span.get() > 1)) {
                (true, _) => Role::HeadCell,
                (false, span) => Role::Cell { span },
            };
            let cell_node = self.structure.add(Some(node), role);
            let align = self.columns.get(column).map_or(Align::Left, |column| column.align);
            let look = look(style, align, span);
            let mut top = PADDING_Y;
            for line in line::lines(self.typeface, &look, &text(cell), width - 2.0 * PADDING_X) {
                let bottom = top + line.height;
                slab.marks.push(Mark {
                    x: left + PADDING_X,
                    top,
                    bottom,
                    shape: Shape::Line(line),
                    node: Some(cell_node),
                });
                top = bottom;
            }
            height = height.max(top + PADDING_Y);
            left += width;
            column += span;
            edges.push(left);
        }
        slab.height = height;
        slab.grid = Some(Rc::from(edges));
        slab
    }
}

/// A cell that takes several columns reads from the left; so does what stands over groups.
fn look(style: Style, align: Align, span: usize) -> Look {
    let look = style.look();
    match style {
        Style::CellHead => look,
        _ if span > 1 => Look { align: Align::Left, ..look },
        _ => Look { align, ..look },
    }
}

/// An empty cell has no line to tag; it keeps its height by a space.
fn text(cell: &Cell) -> Vec<Run> {
    if cell.text.iter().all(|run| run.text.is_empty()) {
        return vec![Run { text: String::new(), emphasis: Emphasis::None }];
    }
    cell.text.clone()
}
