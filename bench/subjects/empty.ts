/** An empty script: the least that a process of Deno takes. @module */
