// Builds elements. Text is always put in as text: nothing here, or anywhere in these pages, parses HTML.

/**
 * @param {string} tag
 * @param {object|null} props  class, on… (listeners), anything else: an attribute, or left out when null or false
 * @param {...any} children  nodes, strings, numbers, lists of them; null and false are left out
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }

    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      element.className = value;
    } else if (name === 'value') {
      element.value = value;
    } else if (name === 'checked') {
      element.checked = value;
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }

  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat(4)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child);
    }
  }

  return element;
}

/** Puts other children in the place of those that are there. */
export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

/** As fill, but an element that is there and looks the same stays: it keeps the focus, and what is selected in it. Its listeners stay, too. */
export function refill(element, children) {
  children.forEach((child, i) => {
    const old = element.children[i];
    if (!old) {
      element.append(child);
    } else if (!old.isEqualNode(child)) {
      old.replaceWith(child);
    }
  });
  [...element.children].slice(children.length).forEach(child => child.remove());
}

/** Sets text only where it is another one, so that a live page does not lay out for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

let ids = 0;

/** An id that nothing else on the page has. */
export const newId = () => `e${++ids}`;
