// Mutable items of an own class in a sorted dictionary, copied for a capture; metrics, logs and a measured duration.
public sealed record Movement(string Article, int Quantity, string? Note);

public sealed record Stock(string Article, int Quantity);

public sealed class Item
{
    private readonly List<string> _notes = [];

    public int Quantity { get; private set; }

    public IReadOnlyList<string> Notes => _notes;

    public void Move(int quantity, string? note)
    {
        Quantity += quantity;
        if (note is not null)
        {
            _notes.Add(note);
        }
    }

    public Item Copy()
    {
        Item copy = new() { Quantity = Quantity };
        copy._notes.AddRange(_notes);
        return copy;
    }
}

public sealed class Inventory : StateMachine<Movement, Stock>
{
    private readonly ILogger<Inventory> _logger;
    private readonly System.Diagnostics.Metrics.Histogram<double> _duration;
    private readonly ICodec<Dictionary<string, Item>> _snapshots;
    private readonly SortedDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private long _moved;

    public Inventory(
        ICodec<Movement> commands, ICodec<Stock> results, ICodec<Dictionary<string, Item>> snapshots, ILogger<Inventory> logger,
        System.Diagnostics.Metrics.Meter meter)
        : base(commands, results)
    {
        _snapshots = snapshots;
        _logger = logger;
        _duration = meter.CreateHistogram<double>("inventory.duration");
    }

    public IReadOnlyList<Stock> Empty => [.. _items.Where(item => item.Value.Quantity == 0).Select(item => new Stock(item.Key, 0))];

    protected override Stock Apply(Movement command, in CommandContext context)
    {
        long start = Stopwatch.GetTimestamp();
        Stock stock = Move(command);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        _duration.Record(elapsed.TotalMilliseconds);
        if (elapsed > TimeSpan.FromMilliseconds(100))
        {
            _logger.LogWarning("Command {Index} took {Elapsed}", context.Index, elapsed);
        }

        return stock;
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(
        _items.ToDictionary(item => item.Key, item => item.Value.Copy()).Append(Moved()).ToDictionary(), _snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _items.Clear();
        _moved = 0;
        foreach ((string article, Item item) in await SnapshotCapture.ReadAsync(snapshot, _snapshots, cancellationToken))
        {
            _items.Add(article, item);
            _moved += item.Quantity;
        }
    }

    private Stock Move(Movement command)
    {
        if (!_items.TryGetValue(command.Article, out Item? item))
        {
            _items[command.Article] = item = new Item();
        }

        if (item.Quantity + command.Quantity < 0)
        {
            throw new CommandRejectedException($"There are only {item.Quantity} of {command.Article}.");
        }

        item.Move(command.Quantity, command.Note);
        _moved++;
        return new Stock(command.Article, item.Quantity);
    }

    private KeyValuePair<string, Item> Moved()
    {
        Item moved = new();
        moved.Move((int)_moved, note: null);
        return new("moved", moved);
    }
}
