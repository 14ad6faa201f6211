/**
 * The invented products behind the Shopify imitation.
 * @module
 */
import { DAY, dice, HOUR, madeAt, many, TEXTS } from "./invent.ts";

/** A product. */
export interface ShopifyProduct {
  readonly id: number;
  readonly title: string;
  readonly vendor: string;
  readonly product_type: string;
  readonly handle: string;
  readonly status: "active" | "draft" | "archived";
  readonly created_at: string;
  readonly updated_at: string;
  readonly published_at: string | null;
  readonly [key: string]: unknown;
}

/** Times stand in the zone of the shop. */
function shopTime(ms: number): string {
  return `${new Date(ms - 5 * HOUR).toISOString().slice(0, 19)}-05:00`;
}

/** One product of so many. */
export function inventProduct(seed: number, index: number, count: number): ShopifyProduct {
  const die = dice(seed, "product", index);
  const id = 7_000_000_000_000 + index * 32_768;
  const createdMs = madeAt(index, count);
  const noun = die.pick(["Teapot", "Lampe", "Pullover", "手ぬぐい", "Chaise", "Umbrella"]);
  const title = `${die.pick(["Red", "Grüne", "Petite", "Classic", "大きな"])} ${noun} No. ${index + 1}`;
  const created_at = shopTime(createdMs);
  const updated_at = shopTime(createdMs + die.below(30 * DAY));
  const status = die.pick(["active", "active", "active", "draft", "archived"] as const);
  const sizes = die.pick([["Default Title"], ["S", "M", "L"], ["Small", "Large"]]);
  const images = many(die.below(3), (position) => ({
    id: id + 100 + position,
    product_id: id,
    position: position + 1,
    alt: die.chance(0.5) ? title : null,
    width: 1200,
    height: 900,
    src: `https://cdn.shopify.com/s/files/1/0001/products/${id}_${position}.jpg`,
    variant_ids: [],
  }));
  const variants = sizes.map((option1, position) => ({
    id: id + 1 + position,
    product_id: id,
    title: option1,
    price: `${5 + die.below(200)}.${die.pick(["00", "49", "99"])}`,
    position: position + 1,
    compare_at_price: die.chance(0.2) ? "249.00" : null,
    option1,
    option2: null,
    created_at,
    updated_at,
    taxable: true,
    sku: die.chance(0.8) ? `SKU-${die.code(6)}` : null,
    inventory_quantity: die.below(50) - 5,
    weight: die.below(400) / 100,
    weight_unit: "kg",
  }));
  return {
    id,
    title,
    body_html: die.chance(0.2) ? null : `<p>${die.pick(TEXTS)}</p>`,
    vendor: die.pick(["Hausrat & Söhne", "Maison Bleue", "Acme"]),
    product_type: die.pick(["Kitchen", "Clothing", ""]),
    created_at,
    handle: `product-${index + 1}`,
    updated_at,
    published_at: status === "active" ? created_at : null,
    template_suffix: null,
    published_scope: "web",
    tags: die.some(["sale", "new", "Geschenk", "eco"], 3).join(", "),
    status,
    admin_graphql_api_id: `gid://shopify/Product/${id}`,
    variants,
    options: [{
      id: id + 50,
      product_id: id,
      name: sizes.length === 1 ? "Title" : "Size",
      position: 1,
      values: sizes,
    }],
    images,
    image: images[0] ?? null,
  };
}
