// A store of settings in one immutable state: property patterns, nested with-expressions, a fluent builder, a base class of its own.
public sealed record Setting(string Value, long Version, ImmutableArray<string> History);

public sealed record Settings(ImmutableSortedDictionary<string, Setting> All, Limits Limits)
{
    public static Settings None { get; } =
        new(ImmutableSortedDictionary.Create<string, Setting>(StringComparer.Ordinal), new Limits { Names = 100 });
}

public sealed record Limits
{
    public int Names { get; init; }

    public TimeSpan Age { get; init; } = TimeSpan.FromDays(30);
}

public sealed record Change(string Name, string? Value, long? ExpectedVersion, int? Limit);

public sealed class HistoryBuilder
{
    private readonly ImmutableArray<string>.Builder _texts = ImmutableArray.CreateBuilder<string>();

    public HistoryBuilder Add(string text)
    {
        _texts.Add(text);
        return this;
    }

    public ImmutableArray<string> Build() => _texts.ToImmutable();
}

public abstract class Versioned<TCommand, TState>(ICodec<TCommand> commands, ICodec<TState> states)
    : StateMachine<TCommand, long>(commands, Codec.Int64)
{
    private TState? _state;

    protected abstract TState Initial { get; }

    protected TState State
    {
        get => _state ??= Initial;
        set => _state = value;
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(State, states);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        State = await SnapshotCapture.ReadAsync(snapshot, states, cancellationToken);
}

public sealed class Configuration(ICodec<Change> commands, ICodec<Settings> states) : Versioned<Change, Settings>(commands, states)
{
    protected override Settings Initial => Settings.None;

    protected override long Apply(Change command, in CommandContext context)
    {
        State = command switch
        {
            { Limit: { } limit } => State with { Limits = State.Limits with { Names = limit } },
            { Value: null } => State with { All = State.All.Remove(command.Name) },
            { ExpectedVersion: { } expected } when VersionOf(command.Name) != expected =>
                throw new CommandRejectedException($"{command.Name} has version {VersionOf(command.Name)}, and not {expected}."),
            _ when State.All.Count >= State.Limits.Names => throw new CommandRejectedException("Too many."),
            { Value: var value } => State with { All = State.All.SetItem(command.Name, Next(command.Name, value, context.Index)) },
        };
        return context.Index;
    }

    private long VersionOf(string name) => State.All.TryGetValue(name, out Setting? setting) ? setting.Version : 0;

    private Setting Next(string name, string value, long version)
    {
        HistoryBuilder history = new HistoryBuilder().Add(value);
        foreach (string text in State.All.GetValueOrDefault(name)?.History ?? [])
        {
            history.Add(text);
        }

        return new Setting(value, version, history.Build());
    }
}
