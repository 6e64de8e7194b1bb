using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

/// <summary>A script that was run as far as the disk allowed, and the states that the folder may hold now.</summary>
internal sealed class LogRun(SimulatedFolder folder)
{
    private readonly FileStorage _storage = folder.CreateStorage();

    /// <summary>The states in the order of the calls; the first is that of an empty log.</summary>
    public List<ExpectedLog> States { get; } = [new ExpectedLog()];

    /// <summary>The number of calls that were reported as durable: the folder holds the state after at least these.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Whether the storage was opened.</summary>
    public bool WasOpened { get; private set; }

    /// <summary>Whether all went well.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Opens the storage.</summary>
    public void Open()
    {
        WasOpened = TryFinish(_storage.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None).AsTask());
        IsComplete = WasOpened;
    }

    /// <summary>Makes calls and waits for them.</summary>
    /// <returns>Whether all succeeded.</returns>
    public bool TryRun(List<LogStep> step)
    {
        if (!WasOpened)
        {
            return false;
        }

        List<Task> calls = [];
        foreach (LogStep call in step)
        {
            ExpectedLog next = States[^1].Copy();
            call.Apply(next);
            States.Add(next);
            calls.Add(call.Call(_storage).AsTask());
        }

        foreach (Task call in calls)
        {
            if (!TryFinish(call))
            {
                return IsComplete = false;
            }

            Acknowledged++;
        }

        return true;
    }

    /// <summary>Closes the storage, whatever has failed.</summary>
    public void Close() => TryFinish(_storage.CloseAsync().AsTask());

    private bool TryFinish(Task call)
    {
        try
        {
            while (!call.IsCompleted && folder.Threads.Step())
            {
            }
        }
        catch (PowerLostException)
        {
            return false; // on a thread of the disk, where nobody waits for it
        }

        Assert.True(call.IsCompleted, "The call waits for something else than the disk.");
        return call.IsCompletedSuccessfully;
    }
}
