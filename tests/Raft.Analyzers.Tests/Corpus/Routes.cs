// A map of roads: fractions and dates as text with a culture, counts and enums without one, letters by casts.
public enum Surface { Gravel, Asphalt }

public sealed record Road(string From, string To, double Length, int Lanes, Surface Surface);

public sealed record Route(string Name, ImmutableArray<string> Towns, TimeSpan Duration);

public sealed record RouteCommand(string Kind, Road? Road, string? Text, TimeSpan? Delay);

public sealed class Routes(ICodec<RouteCommand> commands, ICodec<string> results, ICodec<Road[]> snapshots)
    : StateMachine<RouteCommand, string>(commands, results)
{
    private readonly SortedDictionary<(int Number, long Index), Road> _roads = [];
    private readonly HashSet<string> _towns = new(StringComparer.Ordinal);
    private int _next;

    protected override string Apply(RouteCommand command, in CommandContext context)
    {
        switch (command)
        {
            case { Kind: "build", Road: { } road }:
                _roads.Add((++_next, context.Index), road);
                _towns.UnionWith([road.From, road.To]);
                return $"{Letter(_roads.Count)} {(int)road.Surface} {road.Surface} {(uint)road.Lanes} {_towns.Count:X}";
            case { Kind: "delay", Delay: { } delay }:
                return $"{delay} {delay:c} {(ulong)delay.Ticks} {(DayOfWeek)(_next % 7)} {context.Time:s}";
            case { Kind: "measure", Text: { } text }:
                double length = double.Parse(text, CultureInfo.InvariantCulture) + _roads.Values.Sum(each => each.Length);
                TimeSpan duration = TimeSpan.Parse("1:00", CultureInfo.InvariantCulture) * length;
                return Format(length) + ' ' + duration.ToString("c", null) + ' ' + (char)('a' + (_next % 26));
            case { Kind: "list" }:
                return List();
            default:
                throw new CommandRejectedException($"The command {command.Kind} of {command.Delay:g} is unknown, at {context.Time:d}.");
        }
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of([.. _roads.Values], snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _roads.Clear();
        _towns.Clear();
        _next = 0;
        foreach (Road road in await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken))
        {
            _roads.Add((++_next, 0), road);
            _towns.Add(road.From);
            _towns.Add(road.To);
        }
    }

    private static char Letter(int number) => (char)('A' + (number % 26));

    private static string Format(double length)
    {
        Span<char> text = stackalloc char[32];
        return length.TryFormat(text, out int written, "F1", CultureInfo.InvariantCulture)
            ? text[..written].ToString()
            : length.ToString("R", CultureInfo.InvariantCulture);
    }

    private string List()
    {
        string[] towns = new string[_towns.Count];
        _towns.CopyTo(towns);
        towns.AsSpan().Sort(StringComparer.Ordinal);
        StringBuilder text = new();
        text.AppendJoin(", ", towns).Append(' ').Append(towns.Length).AppendJoin(';', _roads.Keys.Select(each => Letter(each.Number)));
        return text.ToString();
    }
}
