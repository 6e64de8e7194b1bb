// A lock service: waiters in own queues, expiry by the time of the command, the longest waiter by a unique ticket.
public enum LockAction { Acquire, Release, Expire }

public sealed record LockCommand(LockAction Action, string Name, Guid Session, TimeSpan Lease);

public sealed record LockResult(bool IsHeld, long Token);

public sealed record Waiter(Guid Session, long Ticket);

public sealed class NamedLock
{
    private readonly Dictionary<Guid, Waiter> _waiters = [];

    public Guid? Holder { get; private set; }

    public DateTimeOffset Expires { get; private set; }

    public bool TryAcquire(Guid session, long ticket, DateTimeOffset now, TimeSpan lease)
    {
        if (Holder is { } holder && holder != session)
        {
            _waiters.TryAdd(session, new Waiter(session, ticket));
            return false;
        }

        (Holder, Expires) = (session, now + lease);
        _waiters.Remove(session);
        return true;
    }

    public void Release(DateTimeOffset now, TimeSpan lease)
    {
        Holder = null;
        if (_waiters.Values.MinBy(waiter => waiter.Ticket) is { } next)
        {
            TryAcquire(next.Session, next.Ticket, now, lease);
        }
    }

    public IEnumerable<Waiter> Waiters() => _waiters.Values.OrderBy(waiter => waiter.Ticket);
}

public sealed class Locks(ICodec<LockCommand> commands, ICodec<LockResult> results)
    : StateMachine<LockCommand, LockResult>(commands, results)
{
    private readonly Dictionary<string, NamedLock> _locks = [];
    private long _ticket;

    protected override LockResult Apply(LockCommand command, in CommandContext context)
    {
        NamedLock named = Find(command.Name);
        switch (command.Action)
        {
            case LockAction.Acquire:
                return new LockResult(named.TryAcquire(command.Session, ++_ticket, context.Time, command.Lease), context.Index);
            case LockAction.Release when named.Holder == command.Session:
            case LockAction.Expire when named.Expires.Add(command.Lease) < context.Time:
                named.Release(context.Time, command.Lease);
                break;
        }

        foreach (string name in _locks.Keys.ToList())
        {
            if (_locks[name].Holder is null)
            {
                _locks.Remove(name);
            }
        }

        return new LockResult(IsHeld: false, _locks.Count);
    }

    private NamedLock Find(string name) => _locks.TryGetValue(name, out NamedLock? known) ? known : _locks[name] = new NamedLock();
}
