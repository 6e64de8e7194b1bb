using System.Text.RegularExpressions;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>What the storage promises for a damaged folder: a state that the log had and that nothing contradicts, or a refusal.</summary>
internal static partial class Promise
{
    /// <summary>Opens a damaged copy of a log, and checks the outcome.</summary>
    /// <param name="log">The log, undamaged.</param>
    /// <param name="damaged">The copy.</param>
    /// <param name="damage">What was done to it, for messages.</param>
    /// <returns>Whether it could be opened.</returns>
    public static bool Check(RecordedLog log, FolderImage damaged, string damage)
    {
        // A group that is still there proves all before it: it was written after they were synced.
        int proven = log.Groups.Count;
        while (proven > 0 && !log.Groups[proven - 1].IsIntact(damaged))
        {
            proven--;
        }

        return Check(log, damaged, Math.Min(proven, log.Groups.Count), damage);
    }

    /// <summary>Opens a damaged copy of a log, and checks the outcome.</summary>
    /// <param name="log">The log, undamaged.</param>
    /// <param name="damaged">The copy.</param>
    /// <param name="proven">The number of groups that must be there.</param>
    /// <param name="damage">What was done to it, for messages.</param>
    /// <returns>Whether it could be opened.</returns>
    public static bool Check(RecordedLog log, FolderImage damaged, int proven, string damage)
    {
        string found;
        try
        {
            found = log.Reopen(damaged);
        }
        catch (StorageCorruptedException exception)
        {
            CheckMessage(exception);
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"After damage to {damage}, opening failed otherwise.", exception);
        }

        Assert.True(log.States.Skip(proven).Contains(found), $"After damage to {damage}, the log is wrong: {found}");
        return true;
    }

    /// <summary>A refusal names the file and says what to do; where data is damaged, also the place and what could be read.</summary>
    public static void CheckMessage(StorageCorruptedException exception) => Assert.Matches(Refusal(), exception.Message);

    [GeneratedRegex("'/node/[0-9]{16}\\.log' (is damaged at offset [0-9]+: .* entries .*[0-9].* Restore |has format version [0-9]+)|^Segments are missing in '/node'")]
    private static partial Regex Refusal();
}
