using Raft.Cli;

return RaftCommand.Run(args, Console.Out, Console.Error);
