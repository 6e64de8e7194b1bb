namespace Raft;

/// <summary>
/// What the end of a life waits for at the moment. If it waits for too long, this is what to look at. Written by one thread at a time, and
/// safe to read from any thread.
/// </summary>
internal sealed class EndingSteps
{
    private volatile string _current = "the end of what it does";

    /// <summary>A noun phrase, such as "its log store to close".</summary>
    public string Current => _current;

    /// <summary>The next step begins.</summary>
    public void Begin(string waitsFor) => _current = waitsFor;
}
