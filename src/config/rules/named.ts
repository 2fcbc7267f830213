// What a name that stands in the file means.

/** The object of that name; undefined for one that only every object has, such as `constructor`. */
export function named<T>(objects: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(objects, name) ? objects[name] : undefined
}
