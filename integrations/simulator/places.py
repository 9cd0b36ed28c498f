"""Invented customers by country: towns (all but Łódź are made up), names of firms and of salespeople."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Town:
    """A town; in `postcode` every # becomes a digit."""

    name: str
    region: str
    postcode: str


@dataclass(frozen=True)
class Country:
    """What firms and people are called here. A firm is stem + trade + legal form."""

    code: str
    towns: tuple[Town, ...]
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    people: tuple[str, ...]


def _country(code: str, towns: str, stems: str, trades: str, forms: str, people: str) -> Country:
    places = (Town(*(part.strip() for part in town.split("|"))) for town in towns.strip().splitlines())
    lists = (tuple(part.strip() for part in text.split(",")) for text in (stems, trades, forms, people))
    return Country(code, tuple(places), *lists)


COUNTRIES: dict[str, Country] = {
    country.code: country
    for country in (
        _country(
            "NL",
            """
            Oudervaart | Utrecht | 35## KD
            Zandermeer | Gelderland | 67## BT
            Hoogbeke | Noord-Brabant | 56## RN
            Westerdrecht | Zuid-Holland | 29## LV
            Roodeveen | Drenthe | 79## HX
            """,
            "Verhoeven-Tak, Brandsteen, Kuipwerk, Ravelaar, Oosterlak, Delfrade, Veldmark, Stuyvendam",
            "Fijnmechanica, Verspaning, Metaalbewerking, Matrijzenbouw, Machinefabriek",
            "B.V., N.V., V.O.F.",
            "Sanne Ravelaar, Joost van Delfrade, Mirte Kuipwerk, Bram Oosterlak",
        ),
        _country(
            "DE",
            """
            Mühlenrode | Baden-Württemberg | 73###
            Steinaubach | Bayern | 91###
            Altenwies | Nordrhein-Westfalen | 58###
            Hohenlohr | Hessen | 35###
            Großwehr | Sachsen | 09###
            Eschenfurt | Thüringen | 99###
            Kaltenau | Niedersachsen | 38###
            """,
            "Brömmel, Tannhauer, Wieslach, Krüwald, Ostermühl, Häsling, Lindacker, Faßbrink, Zellhorn",
            "Zerspanungstechnik, Präzisionsteile, Formenbau, Maschinenbau, Drehtechnik, Werkzeugbau",
            "GmbH, GmbH & Co. KG, OHG",
            "Jörg Häsling, Ute Brömmel, Matthias Zellhorn, Änne Röthgen",
        ),
        _country(
            "FR",
            """
            Valbrune | Loire | 42###
            Saint-Orme-des-Prés | Haute-Savoie | 74###
            Rocheval | Isère | 38###
            Fontcourt-le-Neuf | Doubs | 25###
            Beaulande | Maine-et-Loire | 49###
            Chéronnes | Nord | 59###
            """,
            "Delvigne-Roux, Chantelorme, Bérault, Maisonfort, Trévières, Coudrais, Lançon, Gravelle-Noé",
            "Usinage, Mécanique de Précision, Décolletage, Outillage, Aéro Mécanique",
            "SARL, SAS, SA",
            "Élodie Trévières, Benoît Lançon, Anaïs Coudrais, Loïc Bérault",
        ),
        _country(
            "GB",
            """
            Thornby Moor | West Midlands | DY# #QT
            Askersley | South Yorkshire | S6# #HB
            Calderwick | Lancashire | BB# #LN
            Penhollow | Cornwall | TR# #ED
            Harrowmere | Cheshire | CW# #JY
            Strathorran | Fife | KY# #PW
            """,
            "Aldercroft, Birkenshaw-Lyle, Copplestone, Dunwright, Fallowdene, Hathersby, Kirkbrae",
            "Precision Engineering, Machining, Toolmakers, Fabrication, Components, Gears & Shafts",
            "Ltd, Limited, LLP",
            "Gemma Copplestone, Rhys Hathersby, Alasdair Kirkbrae, Priya Fallowdene",
        ),
        _country(
            "PL",
            """
            Łódź | łódzkie | 90-###
            Brzezina Dolna | śląskie | 41-###
            Wierzbów | dolnośląskie | 55-###
            Jodłowiec | podkarpackie | 39-###
            Kamieniec Górny | małopolskie | 32-###
            Zalesin | wielkopolskie | 62-###
            """,
            "Żurawik, Świętopeł, Brzozek, Łęgowiec, Wrzosek, Gąsiorek, Dębina, Mielczar",
            "Obróbka Skrawaniem, Narzędziownia, Mechanika Precyzyjna, Zakład Metalowy, Części Maszyn",
            "sp. z o.o., S.A., sp.j.",
            "Małgorzata Dębina, Paweł Łęgowiec, Agnieszka Żurawik, Łukasz Brzozek",
        ),
        _country(
            "US",
            """
            Marlow Falls | Ohio | 441##
            Cedar Bluff Junction | Michigan | 483##
            Prairie Dells | Wisconsin | 531##
            Easton Harbor | Illinois | 604##
            Copper Ridge | Indiana | 465##
            Westbrook Springs | Texas | 750##
            """,
            "Ackermoor, Bluestem, Calloway-Finch, Danforth Ridge, Ironbend, Larkmont, Pellwood, Stonecress",
            "Machine, Precision Products, Tool & Die, Manufacturing, Aerostructures, Gear Works",
            "Inc., LLC, Corp.",
            "Dana Pellwood, Marcus Ironbend, Teresa Larkmont, Wes Ackermoor",
        ),
        _country(
            "SE",
            """
            Granviken | Västra Götalands län | 46# ##
            Älvestad | Örebro län | 69# ##
            Björkhult | Jönköpings län | 33# ##
            Sörbyn | Dalarnas län | 78# ##
            """,
            "Hällgren-Ås, Lövmark, Östlid, Tallvik, Bergaström, Äspholm",
            "Mekaniska, Verkstad, Finmekanik, Industri",
            "AB, HB",
            "Åsa Lövmark, Björn Tallvik, Maja Östlid",
        ),
        _country(
            "IT",
            """
            Montelba | Lombardia | 24###
            Castelvero | Emilia-Romagna | 41###
            Pietragrande | Piemonte | 10###
            Borgo Sanvito | Veneto | 36###
            """,
            "Bertolani, Guaschetti, Morandelli, Tassinaro, Zambriol, Ferrovecchi",
            "Meccanica, Torneria, Stampi, Officine",
            "S.r.l., S.p.A., S.n.c.",
            "Chiara Guaschetti, Niccolò Tassinaro, Giosuè Zambriol",
        ),
        _country(
            "ES",
            """
            Valdoro | País Vasco | 20###
            Peñarribera | Aragón | 50###
            San Olmo del Río | Cataluña | 08###
            Castrillejo | Castilla y León | 09###
            """,
            "Arrizubia, Belmontes, Cañaveral, Iturmendi, Olazarra, Peñuelas",
            "Mecanizados, Talleres, Matricería, Utillajes",
            "S.L., S.A.",
            "Íñigo Arrizubia, Begoña Olazarra, Raúl Cañaveral",
        ),
    )
}
