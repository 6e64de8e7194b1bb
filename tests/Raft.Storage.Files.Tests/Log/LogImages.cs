using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

/// <summary>Opens what a disk may hold, and compares it with what was promised.</summary>
internal static class LogImages
{
    private const int RandomImages = 12;
    private const int SingleChoices = 12;

    /// <summary>
    /// Disks as a loss of power may leave them: with nothing that was not synced, with all of it, with all but one part, with one part
    /// only, and with random parts.
    /// </summary>
    public static IEnumerable<MemoryFileSystem> AfterPowerLoss(MemoryFileSystem files, SeededRandom random)
    {
        int choices = 0;
        yield return files.PowerLoss(count =>
        {
            choices++;
            return 0;
        });
        if (choices == 0)
        {
            yield break;
        }

        yield return files.PowerLoss(static count => count - 1);
        for (int i = 0; i < SingleChoices; i++)
        {
            int chosen = choices <= SingleChoices ? i % choices : random.Next(choices);
            int at = 0;
            yield return files.PowerLoss(count => at++ == chosen ? count - 1 : 0);
            at = 0;
            yield return files.PowerLoss(count => at++ == chosen ? 0 : count - 1);
        }

        for (int i = 0; i < RandomImages; i++)
        {
            yield return files.PowerLoss(random, tearsSectors: true);
        }
    }

    /// <summary>Opens a disk, reads the whole log, and finds the state that it is in.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="states">The states that were written, in order.</param>
    /// <param name="atLeast">The number of the first that is allowed.</param>
    /// <returns>Its number.</returns>
    public static int RequireState(MemoryFileSystem files, IReadOnlyList<ExpectedLog> states, int atLeast)
    {
        SimulatedFolder folder = new(files);
        FileStorage storage = folder.CreateStorage();
        LogState state = Open(folder, storage);
        int found = FindState(folder, storage, state, states);
        Assert.True(
            found >= atLeast,
            found < 0
                ? $"What is left is no state that was written: {state}."
                : $"State {found} is left, and {atLeast} was reported as durable: {state}.");
        folder.Threads.Finish(storage.CloseAsync());
        return found;
    }

    /// <summary>Opens a disk and writes one more entry, durably.</summary>
    public static ExpectedLog Continue(MemoryFileSystem files, ExpectedLog state)
    {
        SimulatedFolder folder = new(files);
        FileStorage storage = folder.CreateStorage();
        Open(folder, storage);
        ExpectedLog continued = state.Copy();
        LogWrite write = ContractEntries.Write(state.LastIndex + 1, 1, state.State.LastTerm + 1);
        continued.Write(write);
        folder.Threads.Finish(storage.WriteAsync(write));
        return continued;
    }

    /// <summary>Opens a storage.</summary>
    public static LogState Open(SimulatedFolder folder, FileStorage storage) =>
        folder.Threads.Finish(storage.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None));

    private static int FindState(SimulatedFolder folder, FileStorage storage, LogState state, IReadOnlyList<ExpectedLog> states)
    {
        List<LogEntry> entries = [];
        while (state.PreviousIndex + entries.Count < state.LastIndex)
        {
            ReadOnlyMemory<LogEntry> read = folder.Threads.Finish(
                storage.ReadAsync(state.PreviousIndex + entries.Count + 1, 1_000, long.MaxValue, CancellationToken.None));
            Assert.False(read.IsEmpty, $"Nothing was read at index {state.PreviousIndex + entries.Count + 1} of {state}.");
            entries.AddRange(read.Span);
        }

        for (int number = states.Count - 1; number >= 0; number--)
        {
            if (states[number].State == state with { Store = null } && HasEntries(states[number], entries))
            {
                return number;
            }
        }

        return -1;
    }

    private static bool HasEntries(ExpectedLog expected, List<LogEntry> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (!ContractEntries.AreSame(entries[i], expected[expected.PreviousIndex + 1 + i]))
            {
                return false;
            }
        }

        return true;
    }
}
