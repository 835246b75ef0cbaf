"""A small shop: one page that lists what is for sale, from the database that DATABASE_URL names."""

import os
from decimal import Decimal

from flask import Flask, abort, jsonify
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, Numeric, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
migrate = Migrate()


class Category(db.Model):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    products: Mapped[list["Product"]] = relationship(back_populates="category")


class Product(db.Model):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    in_stock: Mapped[int] = mapped_column(server_default="0")
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    category: Mapped[Category | None] = relationship(back_populates="products")


def database_url() -> str:
    """DATABASE_URL, with the spelling that SQLAlchemy dropped and with the driver that requirements.txt installs."""
    url = os.environ["DATABASE_URL"]
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return "postgresql+psycopg://" + url.removeprefix(old)
    return url


def create_app() -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url()
    db.init_app(app)
    migrate.init_app(app, db)

    @app.get("/")
    def products():
        rows = db.session.scalars(select(Product).order_by(Product.name))
        return jsonify(
            [
                {
                    "name": product.name,
                    "price": str(product.price),
                    "in_stock": product.in_stock,
                    "category": product.category.name if product.category else None,
                }
                for product in rows
            ]
        )

    @app.get("/healthz")
    def health():
        if db.session.scalar(select(1)) != 1:
            abort(503)
        return jsonify(status="ok", pid=os.getpid(), parent=os.getppid())

    return app
