// A rule as a tree: groups {all: […]}, {any: […]}, {none: […]} of conditions and groups.

export const GROUPS = ["all", "any", "none"];

export const groupOf = (node) =>
  GROUPS.find((name) => node !== null && typeof node === "object" && Array.isArray(node[name]));

export const childrenOf = (node) => node[groupOf(node)];

export function regroup(node, name) {
  const children = childrenOf(node);
  delete node[groupOf(node)];
  node[name] = children;
}

// The rule as a group, which the builder always has at the top; what stands in the text stays.
export function rooted(rule) {
  if (groupOf(rule)) return { root: rule, prefix: [] };
  const isEmpty = rule === null || (typeof rule === "object" && Object.keys(rule).length === 0);
  return { root: { all: isEmpty ? [] : [rule] }, prefix: isEmpty ? [] : ["all", 0] };
}

// Where a node stands; depth 1 is that of the children of the root.
export function placeOf(root, node, depth = 1) {
  const children = childrenOf(root);
  const index = children.indexOf(node);
  if (index >= 0) return { parent: root, index, depth };
  for (const child of children) {
    const found = groupOf(child) && placeOf(child, node, depth + 1);
    if (found) return found;
  }
  return null;
}

export function remove(root, node) {
  const { parent, index } = placeOf(root, node);
  childrenOf(parent).splice(index, 1);
}

export const insert = (parent, index, node) => childrenOf(parent).splice(index, 0, node);

export function duplicate(root, node) {
  const { parent, index } = placeOf(root, node);
  const copy = structuredClone(node);
  insert(parent, index + 1, copy);
  return copy;
}

export const contains = (node, other) =>
  node === other || Boolean(groupOf(node) && childrenOf(node).some((child) => contains(child, other)));

export const height = (node) =>
  groupOf(node) ? 1 + Math.max(0, ...childrenOf(node).map(height)) : 1;

// The levels of groups around what would be put into the group.
export const depthInside = (root, group) => (group === root ? 1 : placeOf(root, group).depth + 1);

// One step up or down through the lines as they are written: into a group, through it, out of it.
export function stepTo(root, node, step, maxDepth) {
  const { parent, index } = placeOf(root, node);
  const neighbour = childrenOf(parent)[index + step];
  if (neighbour === undefined) {
    if (parent === root) return null;
    const outer = placeOf(root, parent);
    return { parent: outer.parent, index: outer.index + (step > 0 ? 1 : 0) };
  }
  if (groupOf(neighbour) && depthInside(root, neighbour) + height(node) <= maxDepth) {
    return { parent: neighbour, index: step > 0 ? 0 : childrenOf(neighbour).length };
  }
  return { parent, index: index + step };
}

// Where the node goes to, which counts its places as if the node were still where it is.
export function moveTo(root, node, { parent, index }) {
  const old = placeOf(root, node);
  childrenOf(old.parent).splice(old.index, 1);
  insert(parent, old.parent === parent && old.index < index ? index - 1 : index, node);
}

export function move(root, node, step, maxDepth) {
  const to = stepTo(root, node, step, maxDepth);
  if (!to) return false;
  const old = placeOf(root, node);
  const isNext = to.parent === old.parent && step > 0;
  moveTo(root, node, isNext ? { ...to, index: to.index + 1 } : to);
  return true;
}

// The part of the rule that a path of the server leads to: a group, a condition, or one of the
// conditions on an event's properties.
export function at(root, path) {
  let node = root;
  for (let step = 0; step + 1 < path.length; step += 2) {
    const next = [...GROUPS, "where"].includes(path[step]) ? node?.[path[step]]?.[path[step + 1]] : null;
    if (next === null || typeof next !== "object") break;
    node = next;
  }
  return node;
}

const ids = new WeakMap();
let last = 0;

export function idOf(node) {
  if (!ids.has(node)) ids.set(node, `n${++last}`);
  return ids.get(node);
}

// Makes another condition of a node in place, so that it keeps its place and its focus.
export function become(node, other) {
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, other);
}
