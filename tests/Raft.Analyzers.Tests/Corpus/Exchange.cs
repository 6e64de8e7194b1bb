// An order book in classes of its own, which is captured through a method of it.
public enum Side { Buy, Sell }

public sealed record Order(long Id, string Owner, Side Side, decimal Price, int Quantity);

public sealed record Fill(long Taker, long Maker, decimal Price, int Quantity);

public readonly record struct Money(decimal Amount)
{
    public static readonly Money Zero = new(0);

    public Money Add(Money other) => new(Amount + other.Amount);

    public static Money operator +(Money left, Money right) => left.Add(right);
}

public sealed class Book
{
    private readonly SortedDictionary<decimal, Queue<Order>> _bids = new(Comparer<decimal>.Create((left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<decimal, Queue<Order>> _asks = [];

    public IReadOnlyList<Fill> Place(Order order)
    {
        List<Fill> fills = [];
        SortedDictionary<decimal, Queue<Order>> others = order.Side == Side.Buy ? _asks : _bids;
        while (order.Quantity > 0 && others.Count > 0)
        {
            (decimal price, Queue<Order> level) = others.First();
            if (order.Side == Side.Buy ? price > order.Price : price < order.Price)
            {
                break;
            }

            Order maker = level.Dequeue();
            int quantity = Math.Min(maker.Quantity, order.Quantity);
            fills.Add(new Fill(order.Id, maker.Id, price, quantity));
            order = order with { Quantity = order.Quantity - quantity };
            if (maker.Quantity > quantity)
            {
                level.Enqueue(maker with { Quantity = maker.Quantity - quantity });
            }
            else if (level.Count == 0)
            {
                others.Remove(price);
            }
        }

        if (order.Quantity > 0)
        {
            SortedDictionary<decimal, Queue<Order>> own = order.Side == Side.Buy ? _bids : _asks;
            (own.TryGetValue(order.Price, out Queue<Order>? level) ? level : own[order.Price] = new Queue<Order>()).Enqueue(order);
        }

        return fills;
    }

    public IEnumerable<Order> Open() => _bids.Values.Concat(_asks.Values).SelectMany(level => level);
}

public sealed class Exchange(ICodec<Order> orders, ICodec<IReadOnlyList<Fill>> fills, ICodec<Order[]> snapshots)
    : StateMachine<Order, IReadOnlyList<Fill>>(orders, fills)
{
    private Book _book = new();
    private Money _turnover = Money.Zero;

    protected override IReadOnlyList<Fill> Apply(Order command, in CommandContext context)
    {
        IReadOnlyList<Fill> made = _book.Place(command with { Id = context.Index });
        foreach (Fill fill in made)
        {
            _turnover += new Money(fill.Price * fill.Quantity);
        }

        return made;
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(
        [.. _book.Open(), new Order(0, "turnover", Side.Buy, _turnover.Amount, 0)], snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        Order[] open = await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken);
        (_book, _turnover) = (new Book(), Money.Zero.Add(new Money(open[^1].Price)));
        foreach (Order order in open[..^1])
        {
            _book.Place(order);
        }
    }
}
