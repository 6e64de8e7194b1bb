// Sessions with deduplication: nested generics, local functions, iterators, expiry in a fixed order.
public sealed record SessionCommand(Guid Client, long Sequence, string Text);

public sealed record Answer(long Sequence, string Text);

public sealed record Session(DateTimeOffset LastSeen, ImmutableSortedDictionary<long, Answer> Answers)
{
    public static Session New(DateTimeOffset time) => new(time, ImmutableSortedDictionary<long, Answer>.Empty);

    public Session See(DateTimeOffset time) => this with { LastSeen = time };

    public Session Keep(Answer answer) => this with { Answers = Answers.Add(answer.Sequence, answer) };
}

public sealed class Sessions(
    ICodec<SessionCommand> commands, ICodec<Answer> results, ICodec<Dictionary<Guid, Session>> snapshots, TimeSpan limit)
    : StateMachine<SessionCommand, Answer>(commands, results)
{
    private Dictionary<Guid, Session> _sessions = [];

    protected override Answer Apply(SessionCommand command, in CommandContext context)
    {
        DateTimeOffset now = context.Time;
        foreach (Guid expired in Expired(now).ToList())
        {
            _sessions.Remove(expired);
        }

        Session session = Find();
        if (session.Answers.TryGetValue(command.Sequence, out Answer? known))
        {
            return known;
        }

        Answer answer = new(command.Sequence, command.Text.ToUpperInvariant());
        _sessions[command.Client] = session.Keep(answer);
        return answer;

        Session Find() => _sessions.TryGetValue(command.Client, out Session? found) ? found.See(now) : Session.New(now);
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(_sessions.ToDictionary(), snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        _sessions = await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken);

    private IEnumerable<Guid> Expired(DateTimeOffset now)
    {
        foreach ((Guid client, Session session) in _sessions)
        {
            if (session.LastSeen.Add(limit) < now)
            {
                yield return client;
            }
        }
    }
}
