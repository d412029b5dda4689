/** What the terms on the page mean, in one or two sentences each. */
export const terms = {
  tissue: "Which kind of tissue to imitate: its true layers, organs or nuclei are known, so results can be checked.",
  cells: "Cells of the simulated slice, over all sections.",
  genes: "Genes measured in each cell.",
  sections:
    "Thin cuts of the same tissue. Each has its own coordinates and its own batch effect; edges never cross them.",
  seed: "Start of the random numbers. The same seed and settings give the same result.",
  micronsPerUnit:
    "How many µm one unit of the file's coordinates is. Radius, distances and the scale bar depend on it.",
  graphKind:
    "Which cells are neighbours: the k nearest, all within a radius, or those that touch in a Delaunay triangulation.",
  k: "Nearest neighbours that each cell is linked to.",
  symmetrize:
    "Being nearest is not mutual. Union keeps an edge that either cell asks for, intersection one that both ask for, doubled lists every edge and its reverse without removing repeats, none keeps the direction.",
  radius: "All cells within this distance are neighbours. Needs the right µm per unit.",
  maxEdge: "Longer edges of the triangulation are dropped, such as those across holes and along the outline.",
  method: "What the network is asked to learn: something of the tissue itself without labels, or a label.",
  maskLabel: "The annotation whose types are hidden one after the other; nothing else is learned of it.",
  learnedLabel: "The annotation whose classes are learned from all cells that have one.",
  study:
    "The values of the published study for this method: width 256, batches of 256 cells with 8 sampled neighbours a layer, slow learning, standardised expression. Graph, backbone, epochs and seed stay.",
  backbone:
    "How a cell sums up its neighbours. GCN: average weighted by degree. SAGE: plain mean beside the cell's own value. GAT: average with learned weights, the attention. GATv2: the same, but each cell may prefer other neighbours, for about a third more work.",
  layers: "Rounds of message passing. With two layers a cell sees its neighbours' neighbours.",
  hidden: "Numbers that describe each cell: the width of the embedding.",
  heads: "Independent attention patterns side by side. The width must divide by them.",
  batchNorm: "Brings each hidden unit to mean 0 and variance 1 over the cells, which steadies training.",
  dropout: "Share of hidden values set to zero at random in each step, against memorising.",
  attentionDropout: "Share of attention weights set to zero at random in each step. For GAT and GATv2.",
  rowBlocks:
    "Ranges of cells that each layer is trained in, one after the other: the same results with less memory, in up to three times the time. 1 trains all cells at once; more than 8 save little. For the full graph.",
  ownPath:
    "Hidden layers of a path on each cell's own genes, beside the graph's: keeps cell types apart that neighbours would blur. 0 for none.",
  skip: "Adds a layer's input to its output, so that a cell's own expression is not averaged away.",
  scale: "Divides each gene by its standard deviation, so that all genes weigh the same in the loss.",
  center: "Subtracts each gene's mean, so that zero says nothing special. No memory is spent on it.",
  inputComponents:
    "Trains on so many principal components of the genes, each of variance 1, in place of the genes: steadier where genes are many and counts are few. 0 trains on the genes.",
  learningRate: "Size of a training step. Too large and the loss jumps, too small and it hardly falls.",
  schedule: "Lets the learning rate fall to nothing over the epochs, as a cosine does, instead of keeping it.",
  weightDecay: "How strongly weights are pulled towards zero in each step.",
  epochs: "Passes over all cells in one run.",
  view: "What a step trains on: the whole graph, or a batch of cells with those around them. Batches need less memory and change the weights more often; an epoch is over once every cell was a target.",
  hops: "How many edges away a cell may be to be seen with a target cell. As many as there are layers is exact; fewer keep every target to its own small surroundings.",
  fanOuts:
    "Most neighbours that are kept of a cell, drawn at random: of the target cells first, then of their neighbours, and so on. The last number stands for all further hops.",
  batchSize: "Target cells in a step: those that the loss is taken of.",
  memoryLimit: "A run that would take more does not start.",
  budgetExpression: "Counts as the device keeps them, and what is kept of each cell and gene.",
  budgetWeights: "Weights of the network, and what the optimiser keeps of each.",
  budgetActivations: "What the network keeps of its way forward until the gradients are known.",
  budgetWorking: "What comes on top at the highest moment, mostly while gradients are computed.",
  budgetLargest: "The largest single array. A GPU takes arrays only up to a size of its own.",
  budgetProbe: "An epoch was timed on a part of the tissue and extended to all of it.",
  resolution: "Higher finds more and smaller clusters.",
  kClusters: "Number of clusters to find.",
  label: "Annotation of the cells that clusters and predictions are compared with.",
  fineTuneLabel: "What the network is taught: the class of every labelled cell that is not held out.",
  fineTuneHeldOut:
    "Cells that are never learned from and that the scores are of: a fifth of the tissue in whole blocks, or a section.",
  fineTuneShare:
    "Share of the labels outside the held-out cells that may be learned from; every class keeps at least one.",
  fineTuneUnlabelled: "Categories that are no class to learn, such as Ambiguous.",
  split:
    "Which cells are kept back for scoring. Random cells have trained neighbours beside them, which flatters the score; whole blocks of tissue are the harder and fairer test.",
  spread:
    "How far apart the cells' directions lie in the embedding: 0 if all cells agree, which is collapse, 1 if every direction is used alike.",
  effectiveRank: "How many independent directions the embedding uses, evenly counted.",
  prototypesInUse: "How many prototypes the cells are shared out among, evenly counted.",
  ari: "Adjusted Rand index: agreement of two groupings over pairs of cells; 0 is chance, 1 is identical.",
  ami: "Adjusted mutual information: shared information of two groupings beyond chance; 0 is chance, 1 is identical.",
  nmi: "Normalised mutual information: shared information of two groupings, not corrected for chance.",
  f1Micro: "Share of held-out cells that are predicted right.",
  f1Macro: "Mean over classes of the F1 score, so that rare classes count as much as common ones.",
  networkAlone:
    "F1 micro and macro of the network by itself. The verdict shown joins a linear reader of each cell's own genes to it, which knows rare classes better.",
  balancedAccuracy: "Mean over classes of the share of their cells that are predicted right.",
  medianDegree: "Half of the cells have at most this many neighbours.",
  components: "Parts of the graph with no edge between them; each section is at least one.",
  isolated: "Cells without any neighbour: they learn from their own genes alone.",
  attention:
    "α: the weight that the network gives a neighbour, summing to 1 over all of them. 1/degree is what equal weights would be.",
} as const;
