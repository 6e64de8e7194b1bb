namespace KeyValueService;

/// <summary>What reads need of the state. A reader of the <see cref="KeyValueStore"/> is a reader of it, and so is one of another store.</summary>
internal interface IKeyLookup
{
    /// <summary>Looks up a key.</summary>
    Answer Find(string key);
}
