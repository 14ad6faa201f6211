/**
 * The words tidy records are made of. Everything here is safe inside a JSON string as it stands, so the
 * generator never escapes; hostile text lives in `hostile.ts`.
 *
 * @module
 */

const FIRST =
  `Ada Alan Amina Anders Anika Anja Arjun Astrid Aylin Beatriz Bjorn Bruno Camille Carlos Chidi Chloe
Claire Dagny Daniel David Diego Dmitri Elena Elif Emil Emma Erik Fatima Felix Fiona Freja Gabriel Grace Hana Hannah
Hiroshi Hugo Ida Imani Ines Ingrid Isaac Ivan Jack Jakob James Jana Jonas Jorge Julia Kai Karin Katya Kenji Lars
Laura Leila Lena Liam Linda Lucas Lucia Luis Maja Malik Marco Maria Marta Mateo Maya Mei Mia Mikael Mina Mohamed Nadia
Naomi Nia Nils Nina Noah Nora Olga Oliver Omar Oscar Paula Pavel Pedro Petra Priya Rafael Rahul Rosa Ruth Samir Sara
Sofia Sven Tariq Thea Tom Uma Vera Viktor Wei Yara Yuki Yusuf Zara`.split(/\s+/);
const ACCENTED_FIRST = ["José", "Zoë", "Renée", "Jürgen", "Søren", "Inès", "Björn"];
const LAST =
  `Abbott Adeyemi Ahmed Andersen Bauer Becker Bianchi Brown Campbell Castro Chen Clark Costa Cruz Dahl Davis
Diaz Dubois Eriksson Evans Fernandez Fischer Foster Garcia Green Gupta Haddad Hansen Hassan Hill Hoffmann Ito Ivanova
Jackson Jensen Johnson Kaya Keller Khan Kim Klein Kowalski Kumar Larsen Lee Lewis Lopez Martin Meyer Miller Moore Moreau
Morgan Mori Nakamura Nguyen Nielsen Novak Okafor Olsen Park Patel Pereira Petrov Price Ramos Reed Ricci Richter Rossi
Roy Russo Saito Santos Sato Schmidt Scott Silva Singh Smith Sokolov Suzuki Tanaka Taylor Thomas Torres Turner Vargas
Wagner Walker Wang Weber White Wilson Wood Wright Yamamoto Yilmaz Young Zhang`.split(/\s+/);
const ACCENTED_LAST = [
  "O'Neil",
  "Müller",
  "García Márquez",
  "Lefèvre",
  "Øster",
  "Dvořák",
  "Nuñez",
  "van der Berg",
];

/** A name as shown, and as it appears in a login. */
export interface Name {
  readonly text: string;
  readonly login: string;
}

function named(text: string): Name {
  // Letters that do not decompose (Ø, Ł) lose their stroke by hand; the rest lose their accents by NFD.
  const plain = text.replace("Ø", "O").replace("ø", "o").replace("Ł", "L").normalize("NFD");
  return { text, login: plain.toLowerCase().replaceAll(/[^a-z]/g, "") };
}

/** Given names. */
export const FIRST_NAMES: readonly Name[] = [...FIRST, ...ACCENTED_FIRST].map(named);
/** Family names. */
export const LAST_NAMES: readonly Name[] = [...LAST, ...ACCENTED_LAST].map(named);

/** A place people work at, with what the log's geography needs. */
export interface Place {
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly code: string;
  readonly zip: string;
  readonly timezone: string;
  readonly locale: string;
  readonly latitude: number;
  readonly longitude: number;
}

const PLACE_ROWS = [
  "Oslo|Oslo|Norway|NO|0150|Europe/Oslo|nb_NO|59.9127|10.7461",
  "Berlin|Berlin|Germany|DE|10115|Europe/Berlin|de_DE|52.5200|13.4050",
  "Paris|Île-de-France|France|FR|75001|Europe/Paris|fr_FR|48.8566|2.3522",
  "London|England|United Kingdom|GB|EC1A 1BB|Europe/London|en_GB|51.5072|-0.1276",
  "New York|New York|United States|US|10001|America/New_York|en_US|40.7128|-74.0060",
  "San Francisco|California|United States|US|94105|America/Los_Angeles|en_US|37.7749|-122.4194",
  "Austin|Texas|United States|US|78701|America/Chicago|en_US|30.2672|-97.7431",
  "Boston|Massachusetts|United States|US|02108|America/New_York|en_US|42.3601|-71.0589",
  "São Paulo|São Paulo|Brazil|BR|01000-000|America/Sao_Paulo|pt_BR|-23.5558|-46.6396",
  "Tokyo|Tokyo|Japan|JP|100-0001|Asia/Tokyo|ja_JP|35.6762|139.6503",
  "Bengaluru|Karnataka|India|IN|560001|Asia/Kolkata|en_IN|12.9716|77.5946",
  "Sydney|New South Wales|Australia|AU|2000|Australia/Sydney|en_AU|-33.8688|151.2093",
];

/** The offices of the organisation. */
export const PLACES: readonly Place[] = PLACE_ROWS.map((row) => {
  const [city, state, country, code, zip, timezone, locale, latitude, longitude] = row.split("|");
  return { city, state, country, code, zip, timezone, locale, latitude: +latitude, longitude: +longitude };
});

/** Departments, each the head of a cost centre. */
export const DEPARTMENTS: readonly string[] = [
  "Engineering",
  "Sales",
  "Finance",
  "People",
  "Legal",
  "Marketing",
  "Support",
  "Operations",
  "R&D",
  "Security",
];

/** Job titles. */
export const TITLES: readonly string[] = [
  "Software Engineer",
  "Senior Software Engineer",
  "Account Executive",
  "Financial Analyst",
  "Recruiter",
  "Counsel",
  "Product Manager",
  "Support Specialist",
  "Data Analyst",
  "Site Reliability Engineer",
  "Designer",
  "Director",
];

/** Values of the custom array attribute, ready to be written inside `[...]`. */
export const SKILLS: readonly string[] = [
  '"sql","go"',
  '"typescript"',
  '"negotiation","spanish"',
  '"kubernetes","terraform","python"',
  '"excel"',
  '"design","research"',
  "",
];

/** Applications by display name. */
export const APP_LABELS: readonly string[] = [
  "Payroll",
  "Expenses",
  "Wiki",
  "Source Control",
  "Travel",
  "Issue Tracker",
  "CRM",
  "Data Warehouse",
  "Learning",
  "Benefits",
  "Video Meetings",
  "Chat",
  "File Sharing",
  "Design Tool",
  "Status Page",
  "Contracts",
];

/** Words group names are made of. */
export const GROUP_WORDS: readonly string[] = [
  "Team",
  "Admins",
  "Contractors",
  "Readers",
  "On-call",
  "Project",
  "Office",
  "Leads",
  "Reviewers",
  "Beta Testers",
];
