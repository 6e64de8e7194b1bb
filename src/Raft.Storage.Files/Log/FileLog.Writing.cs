using Microsoft.Extensions.Logging;

namespace Raft.Storage.Files;

/// <content>Writing, on a thread that may block. One group at a time, and none is begun before the one before it is synced.</content>
internal sealed partial class FileLog
{
    /// <summary>Writes the next group.</summary>
    public void Execute()
    {
        OpenedLog log = _log!;
        Exception? error = TakeCalls(log);
        if (error is null)
        {
            try
            {
                bool begins = log.Segments.Write(log.Group, isFirstOfLife: false);
                Apply(log);
                if (begins)
                {
                    threads.Run(_supply);
                }
            }
            catch (Exception exception)
            {
                error = Fail(exception);
                if (_taken[0].Kind == LogCallKind.Close)
                {
                    LogNotClosed(exception, directory);
                }
            }
        }

        log.Group.Clear();
        RemoveObsolete();
        Complete(log, error);
        Continue();
    }

    /// <summary>Takes as many calls as one group may hold; all of them if an earlier write has failed.</summary>
    private Exception? TakeCalls(OpenedLog log)
    {
        lock (_lock)
        {
            log.Group.Begin();
            while (_queue.TryPeek(out LogCall? call) && (_failure is not null || log.Group.TryAdd(call)))
            {
                _taken.Add(_queue.Dequeue());
            }

            return _failure;
        }
    }

    /// <summary>The group is durable.</summary>
    private void Apply(OpenedLog log)
    {
        GroupHead head = log.Group.Head;
        log.Group.ApplyTo(log.Content);
        lock (_lock)
        {
            if (head.StartIndex == head.FirstIndex - 1)
            {
                log.Index.TruncateFrom(head.FirstIndex); // a reset, perhaps, of a log that was longer
            }

            log.Index.Add(log.Segments.Current, in head);
            log.Index.DropThrough(head.StartIndex);
            _window.RemoveThrough(Math.Min(log.Content.LastIndex, FirstWaiting() - 1));
            log.Segments.TakeObsolete(head.StartIndex, _obsolete);
            log.Content.DropBefore(log.Segments.KeptFrom);
        }
    }

    /// <summary>The smallest index that a waiting call writes: from there on, the segments hold what is about to be replaced.</summary>
    private long FirstWaiting()
    {
        long first = long.MaxValue;
        foreach (LogCall call in _queue)
        {
            first = call.Kind switch
            {
                LogCallKind.Write when !call.Write.Entries.IsEmpty => Math.Min(first, call.Write.FirstIndex),
                LogCallKind.Reset => Math.Min(first, call.Index + 1),
                _ => first,
            };
        }

        return first;
    }

    private Exception Fail(Exception exception)
    {
        lock (_lock)
        {
            return _failure ??= exception;
        }
    }

    private void RemoveObsolete()
    {
        foreach (SegmentFile segment in _obsolete)
        {
            try
            {
                _supply.Recycle(segment);
            }
            catch (IOException exception)
            {
                LogNotTidied(exception, directory);
            }
        }

        _obsolete.Clear();
    }

    private void Complete(OpenedLog log, Exception? error)
    {
        foreach (LogCall call in _taken)
        {
            if (call.Kind == LogCallKind.Close)
            {
                Shut(log);
                call.Complete(error: null);
            }
            else
            {
                call.Complete(error);
            }
        }

        _taken.Clear();
    }

    private void Shut(OpenedLog log)
    {
        _supply.Close();
        log.Segments.Close();
        lock (_lock)
        {
            _life = LogLife.Closed;
            _window.Restart(1);
            _folder!.Dispose();
            (_log, _folder) = (null, null);
        }
    }

    private void Continue()
    {
        lock (_lock)
        {
            _isWriting = _queue.Count > 0;
            if (_isWriting)
            {
                threads.RunNext(this);
            }
        }
    }

    [LoggerMessage(305, LogLevel.Warning,
        "The log in '{Directory}' could not be closed cleanly. Nothing that was reported as durable is lost, but its last write is not "
        + "proven to be whole: damage to it would look like a write that a crash has torn.",
        EventName = "NotClosed")]
    private partial void LogNotClosed(Exception exception, string directory);
}
