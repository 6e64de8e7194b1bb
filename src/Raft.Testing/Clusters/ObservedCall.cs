namespace Raft.Testing;

/// <summary>
/// Calls to a node whose outcome nobody waits for. They may end with the documented exceptions: the node stops, was cut off, or is
/// overloaded. Any other one is a violation.
/// </summary>
/// <param name="id">The node.</param>
/// <param name="broken">Receives the description of a violation.</param>
internal sealed class ObservedCall(NodeId id, Action<string> broken)
{
    /// <summary>Makes a call, and ends with it.</summary>
    public async Task MakeAsync(string name, Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsDocumented(exception))
        {
            // what the state of the node allows; rules look at everything else that follows from it
        }
        catch (Exception exception)
        {
            Report(name, exception);
        }
    }

    /// <summary>Reports an exception that a caller should never get.</summary>
    public void Report(string name, Exception exception) => broken(
        $"Callers get documented exceptions is broken: {name} on {id} ended with {exception.GetType().Name}: {exception.Message}");

    /// <summary>Whether a caller may get an exception: from the node, or because the caller cancelled.</summary>
    public static bool IsDocumented(Exception exception) => exception is RaftException or OperationCanceledException;
}
