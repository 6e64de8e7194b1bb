using Raft.Testing;

namespace Raft.Chaos;

/// <summary>The operations on one register. It is complete when no client uses the register any more and all were answered or given up.</summary>
internal sealed class RegisterHistory(string key)
{
    private readonly History<RegisterInput, RegisterOutput> _history = new();
    private readonly Lock _lock = new();
    private int _underWay;
    private int _begun;
    private bool _isRetired;
    private long _lastVersion;

    public string Key => key;

    /// <summary>The latest version that a client was answered.</summary>
    public long LastVersion => Volatile.Read(ref _lastVersion);

    /// <summary>How many operations have begun.</summary>
    public int Count => Volatile.Read(ref _begun);

    /// <summary>All operations that may have an effect.</summary>
    public IReadOnlyList<Operation<RegisterInput, RegisterOutput>> Operations => _history.Operations;

    /// <summary>Notes that a client asks for something.</summary>
    public int Begin(string client, RegisterInput input)
    {
        lock (_lock)
        {
            _underWay++;
            _begun++;
        }

        return _history.Begin(client, input);
    }

    /// <summary>Notes an answer.</summary>
    /// <returns>Whether the history is complete now.</returns>
    public bool Complete(int operation, RegisterOutput output)
    {
        _history.Complete(operation, output);
        Volatile.Write(ref _lastVersion, output.Version);
        return End();
    }

    /// <summary>Notes that an operation may have an effect or not.</summary>
    /// <returns>Whether the history is complete now.</returns>
    public bool Abandon(int operation)
    {
        _history.Abandon(operation);
        return End();
    }

    /// <summary>Notes that an operation has no effect.</summary>
    /// <returns>Whether the history is complete now.</returns>
    public bool Refuse(int operation)
    {
        _history.Refuse(operation);
        return End();
    }

    /// <summary>Notes that no further operation begins.</summary>
    /// <returns>Whether the history is complete now.</returns>
    public bool Retire()
    {
        lock (_lock)
        {
            _isRetired = true;
            return _underWay == 0;
        }
    }

    private bool End()
    {
        lock (_lock)
        {
            return --_underWay == 0 && _isRetired;
        }
    }
}
