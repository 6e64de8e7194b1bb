// Counters by name, as text commands: parsing and formatting with the invariant culture, and a lazily built table.
public sealed class Counters() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
{
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static FrozenSet<string>? s_words;
    private readonly Dictionary<string, long> _counters = new(StringComparer.Ordinal);
    private double _weight;

    protected override string Apply(string command, in CommandContext context)
    {
        string[] words = command.Split(' ');
        if (!Words.Contains(words[0]))
        {
            throw new CommandRejectedException($"'{words[0]}' is none of {string.Join(", ", Words.Order(StringComparer.Ordinal))}.");
        }

        long step = words.Length > 2 && long.TryParse(words[2], CultureInfo.InvariantCulture, out long given) ? given : 1;
        _counters[words[1]] = _counters.GetValueOrDefault(words[1]) + step;
        _weight += Math.Sqrt(step);
        StringBuilder text = new();
        foreach ((string name, long value) in _counters.OrderBy(counter => counter.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}={value};");
        }

        text.Append(_weight.ToString("R", CultureInfo.InvariantCulture)).Append(' ').Append(words.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{text} {_counters.Values.Sum()} {(context.Time - Epoch).Ticks}");
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(
        (new Dictionary<string, long>(_counters), _weight),
        static async (state, destination, cancellationToken) =>
        {
            await using StreamWriter writer = new(destination, leaveOpen: true);
            await writer.WriteLineAsync(state.Item2.ToString(CultureInfo.InvariantCulture).AsMemory(), cancellationToken);
            foreach ((string name, long value) in state.Item1)
            {
                await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name} {value}"));
            }
        });

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        using StreamReader reader = new(snapshot, leaveOpen: true);
        _weight = double.Parse((await reader.ReadLineAsync(cancellationToken))!, CultureInfo.InvariantCulture);
        _counters.Clear();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            _counters[line[..line.IndexOf(' ')]] = long.Parse(line[(line.IndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }
    }

    private static FrozenSet<string> Words => s_words ??= new[] { "add", "sub" }.ToFrozenSet(StringComparer.Ordinal);
}
