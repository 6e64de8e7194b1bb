using Microsoft.Extensions.Logging;

namespace Raft.Storage.Files;

/// <content>
/// Opening. It never writes into an old segment, whose cached pages may be what the disk does not have: it starts a new one, and writes
/// the last group again, because nothing proves that it was synced.
/// </content>
internal sealed partial class FileLog
{
    /// <summary>Opens the log, and creates it if the folder has none. Blocks.</summary>
    /// <param name="clusterId">The cluster that it must belong to.</param>
    /// <param name="nodeId">The node that it must belong to.</param>
    /// <param name="folder">The lock on the folder, which is released when the log is closed.</param>
    /// <param name="prepareFolder">Called when the folder is known to be sound and the node's own, before it is changed.</param>
    /// <exception cref="StorageCorruptedException">
    /// It belongs to another node or cluster, a newer version has written it, or durable data is missing or damaged.
    /// </exception>
    public LogState Open(string clusterId, NodeId nodeId, IDisposable folder, Action prepareFolder)
    {
        RecoveredLog recovered = new LogRecovery(files, directory, clusterId, nodeId).Recover();
        prepareFolder();
        StoreIdentity store = recovered.Store is { } last ? last with { Opening = last.Opening + 1 } : new StoreIdentity(newStoreId(), 1);
        LogSegments segments = new(_supply, directory, store, clusterId, nodeId);
        segments.Open(recovered.Segments, recovered.End, recovered.NextNumber);
        GroupBuilder group = new(recovered.Content);
        try
        {
            _supply.Open(files.List(directory));
            Begin(recovered, segments, group);
        }
        catch
        {
            segments.Close();
            _supply.Close();
            throw;
        }

        Tidy(recovered);
        LogContent content = recovered.Content;
        lock (_lock)
        {
            (_startIndex, _lastIndex, _failure) = (content.StartIndex, content.LastIndex, null);
            _window.Restart(content.LastIndex + 1);
            _log = new OpenedLog(content, recovered.Index, segments, group);
            _folder = folder;
            _life = LogLife.Open;
        }

        if (recovered.Store is null)
        {
            LogCreated(directory, nodeId, clusterId, store.Id);
        }
        else
        {
            LogOpened(directory, store.Opening, content.StartIndex + 1, content.LastIndex);
        }

        threads.Run(_supply);
        return content.ToState(store);
    }

    private static void Begin(RecoveredLog recovered, LogSegments segments, GroupBuilder group)
    {
        if (recovered.Last is { } last)
        {
            group.BeginWith(in last);
        }
        else
        {
            group.Begin();
        }

        segments.Write(group, isFirstOfLife: true);
        group.ApplyTo(recovered.Content);
        recovered.Index.Add(segments.Current, group.Head);
        recovered.Index.DropThrough(recovered.Content.StartIndex);
        group.Clear();
    }

    /// <summary>
    /// Removes what the new segment has made useless: only now, since it is synced. A failure does no harm: the files count for nothing.
    /// </summary>
    private void Tidy(RecoveredLog recovered)
    {
        if (recovered.Torn is { } torn)
        {
            LogTorn(torn);
        }

        try
        {
            foreach (string path in recovered.Obsolete)
            {
                files.Delete(path);
            }

            if (recovered.Segments.Count > 0 && recovered.Segments[^1].File.Length > recovered.End!.Value.Offset)
            {
                recovered.Segments[^1].File.SetLength(recovered.End.Value.Offset);
            }
        }
        catch (IOException exception)
        {
            LogNotTidied(exception, directory);
        }
    }

    [LoggerMessage(301, LogLevel.Warning,
        "Created a new log store in '{Directory}' for node {Node} of cluster '{Cluster}', with the id {StoreId}. If this node has run "
        + "before, its folder is not where it was: is a volume not mounted, or the path wrong?",
        EventName = "Created")]
    private partial void LogCreated(string directory, NodeId node, string cluster, Guid storeId);

    [LoggerMessage(302, LogLevel.Information, "Opened the log store in '{Directory}', opening {Opening}: entries {First} to {Last}.",
        EventName = "Opened")]
    private partial void LogOpened(string directory, long opening, long first, long last);

    [LoggerMessage(303, LogLevel.Warning,
        "Cut off an incomplete write in {Place}, as a crash leaves it. Nothing in it had been reported as durable.",
        EventName = "Torn")]
    private partial void LogTorn(string place);

    [LoggerMessage(304, LogLevel.Warning,
        "Files that are no longer needed could not be removed from '{Directory}'. They count for nothing.",
        EventName = "NotTidied")]
    private partial void LogNotTidied(Exception exception, string directory);
}
