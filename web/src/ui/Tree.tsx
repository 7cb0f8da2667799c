// A tree of many: only the rows in sight are drawn; arrows walk through it, open and close it.
import type { ReactNode } from 'react';
import {
  Button as Chevron,
  Collection,
  ListLayout,
  Tree as AriaTree,
  TreeItem,
  TreeItemContent,
  Virtualizer,
  type Key,
} from 'react-aria-components';

import { Icon } from './Icon';
import styles from './Tree.module.css';
import { useRemPx } from './useRemPx';

export interface TreeNode {
  id: string;
  name: string;
  children: readonly this[];
}

interface Props<Node extends TreeNode> {
  label: string;
  roots: readonly Node[];
  expanded: ReadonlySet<string>;
  onExpand: (expanded: Set<string>) => void;
  /** The one that is looked at; the tree then chooses one at a time. */
  chosen?: string | null;
  onChoose?: (id: string) => void;
  /** By Enter, a space or a double click. */
  onAction?: (id: string) => void;
  /** What a row shows, behind the arrow that opens it. */
  row: (node: Node) => ReactNode;
  /** Has every row drawn anew when it changes. */
  dependency?: unknown;
}

const ROW_REM = 2.6;

export function Tree<Node extends TreeNode>({ label, roots, expanded, onExpand, chosen, onChoose, onAction, row, dependency }: Props<Node>) {
  const rowPx = Math.round(ROW_REM * useRemPx());
  const draw = (node: Node): ReactNode => (
    <TreeItem id={node.id} textValue={node.name} className={styles.item} onAction={onAction && (() => onAction(node.id))}>
      <TreeItemContent>
        {({ level, hasChildItems }) => (
          <div className={styles.row} style={{ paddingInlineStart: `${(level - 1) * 1.4 + 0.25}rem` }}>
            <Chevron slot="chevron" className={styles.chevron} data-leaf={!hasChildItems}>
              <Icon name="next" size={16} />
            </Chevron>
            {row(node)}
          </div>
        )}
      </TreeItemContent>
      <Collection items={node.children} dependencies={[dependency]}>
        {draw}
      </Collection>
    </TreeItem>
  );
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: rowPx }}>
      <AriaTree
        aria-label={label}
        className={styles.tree}
        items={roots}
        dependencies={[dependency]}
        expandedKeys={expanded}
        onExpandedChange={(keys) => onExpand(new Set([...keys].map(String)))}
        selectionMode={onChoose ? 'single' : 'none'}
        selectionBehavior="replace"
        selectedKeys={chosen == null ? [] : [chosen]}
        onSelectionChange={(keys) => {
          const [first] = keys as Set<Key>;
          if (first !== undefined) onChoose?.(String(first));
        }}
      >
        {draw}
      </AriaTree>
    </Virtualizer>
  );
}
