from graph import Catalogue, EventId, Instant, LoggedEvent, Product, ProductId, Stamp
from graph.catalogue import Vocabulary, folded, product_of
from graph.events.family import ProductChanged

MILK, BREAD = ProductId("milk"), ProductId("bread")


def change(number: int, at: int, product: ProductId = MILK, price: int | None = None) -> ProductChanged:
    return ProductChanged(
        id=EventId(f"p{number}"), source="shop", at=Instant(at), received=Instant(at), product=product, price=price
    )


def test_columns_say_what_the_products_are() -> None:
    catalogue = Catalogue(
        [
            Product(id=MILK, department="DAIRY", category="MILK", subcategory="WHOLE", brand="Acme", price=129),
            Product(id=BREAD, department="BAKERY", brand="Acme", in_stock=False),
        ]
    )
    assert (len(catalogue), catalogue.row(MILK), catalogue.row(ProductId("eggs"))) == (2, 0, None)
    assert list(catalogue.rows([BREAD, ProductId("eggs"), MILK])) == [1, -1, 0]
    assert list(catalogue.sellable[:2]) == [True, False]
    assert [catalogue.departments.texts[code] for code in catalogue.department[:2]] == ["DAIRY", "BAKERY"]
    assert catalogue.brand[0] == catalogue.brand[1] == catalogue.brands.find("Acme")
    assert [catalogue.categories.texts[code] for code in catalogue.category[:2]] == ["MILK", ""]
    assert [catalogue.subcategories.texts[code] for code in catalogue.subcategory[:2]] == ["WHOLE", ""]
    assert list(catalogue.price[:2]) == [129, -1]
    assert catalogue.get(MILK) is catalogue.products[0] and catalogue.get(ProductId("eggs")) is None


def test_a_product_is_sold_in_the_regions_of_its_latest_change() -> None:
    catalogue = Catalogue([Product(id=MILK, regions=("north", "south")), Product(id=BREAD)])
    north, south = catalogue.regions.find("north"), catalogue.regions.find("south")
    assert catalogue.sold_in == {0: (north, south)} and 0 not in (north, south)
    catalogue.put(Product(id=MILK, stamp=Stamp(Instant(1))))
    assert catalogue.sold_in == {}


def test_a_row_stays_while_the_catalogue_grows() -> None:
    catalogue = Catalogue(Product(id=ProductId(f"p{number}"), price=number) for number in range(5000))
    assert len(catalogue) == 5000
    assert [catalogue.row(ProductId(f"p{number}")) for number in (0, 1024, 4999)] == [0, 1024, 4999]
    assert list(catalogue.price[:5000]) == list(range(5000))


def test_a_later_change_replaces_the_entry_whole_and_an_older_one_nothing() -> None:
    catalogue = Catalogue()
    catalogue.apply([LoggedEvent(5, change(1, at=10, price=100))])
    catalogue.apply([LoggedEvent(6, change(2, at=9, price=1)), LoggedEvent(7, change(3, at=8, product=BREAD))])
    assert catalogue.get(MILK) == product_of(change(1, at=10, price=100))
    assert (list(catalogue.price[:2]), catalogue.version) == ([100, -1], "c7")
    catalogue.apply([LoggedEvent(8, change(4, at=11))])
    assert list(catalogue.price[:2]) == [-1, -1]


def test_of_two_changes_of_the_same_instant_the_greater_event_id_wins_in_any_order() -> None:
    first, second = change(1, at=10, price=1), change(2, at=10, price=2)
    for order in ([first, second], [second, first]):
        catalogue = Catalogue(product_of(event) for event in order)
        assert catalogue.price[0] == 2


def test_a_retired_product_is_not_sellable_until_it_comes_back() -> None:
    catalogue = Catalogue([Product(id=MILK)])
    catalogue.put(Product(id=MILK, retired=True, stamp=Stamp(Instant(1))), seq=1)
    assert not catalogue.sellable[0]
    catalogue.put(Product(id=MILK, stamp=Stamp(Instant(2))), seq=2)
    assert catalogue.sellable[0]


def test_a_vocabulary_numbers_texts_as_they_come() -> None:
    words = Vocabulary()
    assert [words.code(text) for text in ("", "a", "b", "a")] == [0, 1, 2, 1]
    assert (words.find("b"), words.find("c"), len(words)) == (2, None, 3)


def test_a_vocabulary_finds_all_texts_that_differ_by_case_and_outer_spaces() -> None:
    words = Vocabulary()
    codes = {text: words.code(text) for text in ("National", "other", " NATIONAL", "Nation al", "")}
    assert words.alike({folded("national "), "unknown"}) == [codes["National"], codes[" NATIONAL"]]
    assert words.alike({""}) == [], "the empty text is none"
